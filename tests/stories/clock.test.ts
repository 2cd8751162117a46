import { temporal } from '@temporalio/proto';
import { methods } from '../../story/world/places';
import { StoryClock } from '../../story/world/story-clock';
import { rewrite, type Shift } from '../../story/world/wire';

const HOUR = 3_600_000;

describe('story time', () => {
  const begin = Date.parse('2026-11-23T09:00:00+08:00');
  /** The server is at 1,000,000 and the story stands still until 1,010,000. */
  const clock = (): StoryClock => new StoryClock(begin, 1_000_000, 1_010_000);

  test('stands still while people act, then runs with the server', () => {
    const story = clock();
    expect(story.show(1_000_000, 5)).toEqual({ instant: begin, nanos: 0 });
    expect(story.show(1_009_999, 0).instant).toBe(begin);
    expect(story.show(1_010_000, 7)).toEqual({ instant: begin, nanos: 7 });
    expect(story.show(1_010_000 + HOUR, 0).instant).toBe(begin + HOUR);
    expect(story.now()).toBe(begin + HOUR);
  });

  test('arrives exactly at the next moment, however far the server has gone on', () => {
    const story = clock();
    const arrives = story.standStillAt(begin + HOUR, 10_000, 1_002_000);
    expect(arrives).toBe(1_010_000 + HOUR);
    expect(story.show(arrives - 1, 0).instant).toBe(begin + HOUR - 1);
    expect(story.show(arrives, 0).instant).toBe(begin + HOUR);
    expect(story.show(arrives + 9_999, 0).instant).toBe(begin + HOUR);
    expect(story.show(arrives + 10_001, 0).instant).toBe(begin + HOUR + 1);
  });

  test('can be made to stand still for longer, and what was shown stays', () => {
    const story = clock();
    expect(story.show(1_005_000, 0).instant).toBe(begin);
    story.extend(1_020_000);
    expect(story.show(1_005_000, 0).instant).toBe(begin);
    expect(story.show(1_019_999, 0).instant).toBe(begin);
    expect(story.show(1_020_100, 0).instant).toBe(begin + 100);
  });

  test('a timer that is set meanwhile does not run meanwhile', () => {
    const story = clock();
    story.show(1_004_000, 0);
    // 6 s of standing still are left; a few milliseconds may have passed on this machine.
    expect(story.lengthOnServer(HOUR)).toBeGreaterThan(HOUR + 5_000);
    expect(story.lengthOnServer(HOUR)).toBeLessThanOrEqual(HOUR + 6_000);
  });

  test('a timer that is due at the moment of a step is due when the story arrives there', () => {
    const story = clock();
    const arrives = story.standStillAt(begin + HOUR, 10_000, 1_002_000);
    story.show(1_010_000 + HOUR / 2, 0);
    const length = story.lengthOnServer(HOUR / 2 + 20);
    expect(1_010_000 + HOUR / 2 + length).toBeLessThanOrEqual(arrives);
    expect(1_010_000 + HOUR / 2 + length).toBeGreaterThan(arrives - 1_000);
  });
});

describe('messages on their way', () => {
  const { PollWorkflowTaskQueueResponse, RespondWorkflowTaskCompletedRequest } = temporal.api.workflowservice.v1;
  const later: Shift = {
    timestamp: ({ instant, nanos }) => ({ instant: instant + HOUR, nanos }),
    timer: (length) => length + 5_000,
  };
  const all = methods();
  const poll = all.get('/temporal.api.workflowservice.v1.WorkflowService/PollWorkflowTaskQueue');
  const respond = all.get('/temporal.api.workflowservice.v1.WorkflowService/RespondWorkflowTaskCompleted');

  test('every timestamp is shifted, at any depth, and nothing else changes', () => {
    const message = {
      taskToken: Buffer.from('token'),
      workflowExecution: { workflowId: 'C-7K2M-94QD', runId: 'r' },
      attempt: 3,
      startedTime: { seconds: 100, nanos: 123_456_789 },
      history: {
        events: [
          { eventId: 1, eventTime: { seconds: 1_795_395_600 } },
          { eventId: 2, eventTime: { seconds: 1_795_395_600, nanos: 999_000_000 } },
          { eventId: 3 },
        ],
      },
    };
    const before = Buffer.from(
      PollWorkflowTaskQueueResponse.encode(PollWorkflowTaskQueueResponse.fromObject(message)).finish(),
    );
    const after = PollWorkflowTaskQueueResponse.toObject(
      PollWorkflowTaskQueueResponse.decode(rewrite(before, poll?.response ?? new Map(), later)),
      { longs: Number },
    );
    expect(after).toMatchObject({
      workflowExecution: { workflowId: 'C-7K2M-94QD', runId: 'r' },
      attempt: 3,
      startedTime: { seconds: 3_700, nanos: 123_456_789 },
      history: {
        events: [
          { eventTime: { seconds: 1_795_399_200 } },
          { eventTime: { seconds: 1_795_399_200, nanos: 999_000_000 } },
          { eventId: 3 },
        ],
      },
    });
  });

  test('a message without any is passed on as it is, unknown fields included', () => {
    const unknown = Buffer.from([0xfa, 0x7f, 0x03, 1, 2, 3]);
    const before = Buffer.concat([Buffer.from(PollWorkflowTaskQueueResponse.encode({ attempt: 1 }).finish()), unknown]);
    expect(rewrite(before, poll?.response ?? new Map(), later)).toBe(before);
  });

  test('new timers are lengthened and executions are never sticky', () => {
    const message = {
      taskToken: Buffer.from('token'),
      stickyAttributes: { workerTaskQueue: { name: 'sticky' } },
      commands: [
        { commandType: 1, startTimerCommandAttributes: { timerId: '1', startToFireTimeout: { seconds: 60 } } },
      ],
    };
    const before = Buffer.from(
      RespondWorkflowTaskCompletedRequest.encode(RespondWorkflowTaskCompletedRequest.fromObject(message)).finish(),
    );
    const after = RespondWorkflowTaskCompletedRequest.toObject(
      RespondWorkflowTaskCompletedRequest.decode(rewrite(before, respond?.request ?? new Map(), later)),
      { longs: Number },
    );
    expect(after).toMatchObject({
      commands: [{ startTimerCommandAttributes: { timerId: '1', startToFireTimeout: { seconds: 65 } } }],
    });
    expect(after).not.toHaveProperty('stickyAttributes');
  });

  test('what is cut off is an error, not nonsense', () => {
    expect(() => rewrite(Buffer.from([0x0a, 0x20, 1]), poll?.response ?? new Map(), later)).toThrow(
      'not a protobuf message',
    );
  });
});
