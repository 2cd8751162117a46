import { ApplicationFailure } from '@temporalio/common';
import { ConfigError } from '../../common/config';
import {
  createLogger,
  httpSerializers,
  type Logger,
  type LoggerOptions,
  temporalLogger,
  temporalRuntimeOptions,
} from '../../common/logger';

type Line = Record<string, unknown>;

function capture(
  level = 'info',
  options: LoggerOptions = {},
): { logger: Logger; lines: () => Line[]; raw: () => string } {
  let text = '';
  const destination = { write: (line: string) => void (text += line) };
  const logger = createLogger(
    level,
    { service: 'test' },
    { clock: { now: () => 1_700_000_000_123 }, destination, ...options },
  );
  const lines = (): Line[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  return { logger, lines, raw: () => text };
}

describe('a log line', () => {
  it('is JSON with level, time of the given clock, service, members and message', () => {
    const { logger, lines } = capture();
    logger.info({ caseNo: 'C-7K2M-94QD', seq: 3, ok: true, none: null }, 'written');
    expect(lines()).toEqual([
      {
        ...{ level: 30, time: 1_700_000_000_123, service: 'test' },
        ...{ caseNo: 'C-7K2M-94QD', seq: 3, ok: true, none: null, msg: 'written' },
      },
    ]);
  });

  it('is left out below the level', () => {
    const { logger, raw } = capture('warn');
    logger.info('no');
    logger.child({ a: 1 }).debug('no');
    expect(raw()).toBe('');
    expect(() => createLogger('loud', { service: 'test' })).toThrow(ConfigError);
  });

  it('keeps what engineers need', () => {
    const { logger, lines } = capture();
    const members = {
      ...{
        workflowId: 'C-7K2M-94QD',
        workflowType: 'complaint',
        taskQueue: 'guanjia',
        hostname: 'api-1',
        kind: 'firstResponse',
      },
      ...{
        context: 'startup',
        route: '/api/v1/cases/:no',
        dueAt: '2025-01-31T09:00:00.000Z',
        durationMs: 12.5,
        attempt: 3,
        day: 'on 2025-01-31',
      },
      ...{ reason: 'deadline_exceeded', tableName: 'journal', ids: ['0d0b3f2e-1380-4000-8000-138123456789', 'p1'] },
    };
    logger.info(members, "couldn't reach 127.0.0.1:7233, retrying");
    expect(lines()[0]).toMatchObject({ ...members, msg: "couldn't reach 127.0.0.1:7233, retrying" });
  });
});

describe('personal data', () => {
  const planted = /张三|李四|13812345678|138 1234 5678|1501|s3cret|Zhang San|噪音|203\.0\.113/;

  it.each<[string, (logger: Logger) => void]>([
    [
      'members',
      (l) => l.info({ name: '张三', phone: '13812345678', room: '3-2-1501', text: 'Zhang San', matter: 'Zhang San' }),
    ],
    [
      'members in any case',
      (l) => l.info({ Phone: 's3cret', PHONE: 1501, reporter_phone: 's3cret', 'X-Api-Key': 's3cret' }),
    ],
    [
      'compound members',
      (l) => l.info({ residentName: 'Zhang San', reporterPhone: 's3cret', homeAddress: 's3cret', noteText: 's3cret' }),
    ],
    [
      'members at depth',
      (l) => l.info({ a: { b: [{ c: { reporter: { name: 'Zhang San', rooms: [{ room: 1501 }] } } }] } }),
    ],
    [
      'members that hold objects',
      (l) => l.info({ body: { a: 's3cret' }, payloads: [{ data: 's3cret' }], headers: ['s3cret'] }),
    ],
    [
      'headers',
      (l) => l.info({ req: { headers: { authorization: 's3cret', cookie: 's3cret' } }, authorization: 's3cret' }),
    ],
    ['Set-Cookie', (l) => l.info({ res: { headers: { 'set-cookie': ['s3cret'] } }, 'set-cookie': 's3cret' })],
    [
      'addresses and queries',
      (l) => l.info({ remoteAddress: '203.0.113.9', url: '/cases?phone=13812345678', ip: '203.0.113.9' }),
    ],
    ['messages', (l) => l.info('张三 (138 1234 5678, +8613812345678) complained about 噪音 in 3-2-1501, 3栋2单元1501')],
    ['interpolated messages', (l) => l.info('called %s at %s', '张三', '13812345678')],
    ['interpolated objects', (l) => l.info('called %j', { name: '张三', n: '13812345678' })],
    ['free values', (l) => l.info({ value1: '张三', list: ['李四', '13812345678', 13812345678], n: 13812345678 })],
    ['free reasons', (l) => l.info({ reason: 'Zhang San is away', title: 'Zhang San', detail: 'Zhang San, 1501' })],
    [
      'children',
      (l) => l.child({ name: 'Zhang San', who: '张三', phone: '13812345678' }).child({ room: 1501 }).info('x'),
    ],
    ['prefixes', (l) => l.child({}, { msgPrefix: '[张三] ' }).info('x')],
    [
      "other people's serializers",
      (l) => l.child({}, { serializers: { req: () => ({ name: 'Zhang San' }) } }).info({ req: 1 }),
    ],
    ['deep nesting', (l) => l.info(nested(12, { phone: 's3cret', other: '张三', value: 's3cret s3cret' }))],
  ])('never gets out: %s', (_, write) => {
    const { logger, raw } = capture('trace');
    write(logger);
    expect(raw()).not.toBe('');
    expect(raw()).not.toMatch(planted);
  });

  it.each<[string, () => unknown]>([
    ['quoted input', () => new Error('invalid input syntax for type uuid: "Zhang San s3cret"')],
    [
      'a database error',
      () =>
        Object.assign(new Error('duplicate key'), {
          code: '23505',
          detail: 'Key (phone)=(13812345678)',
          where: 's3cret s',
        }),
    ],
    ['a JSON error', () => new SyntaxError('Unexpected token Z in "{"a": Zhang San" is not valid JSON')],
    ['a real JSON error', () => caught(() => JSON.parse('{"a": s3cret}'))],
    ['a body', () => Object.assign(new Error('bad'), { body: '{"name":"Zhang San"}', issues: [{ input: 's3cret' }] })],
    ['a cause', () => new Error('outer', { cause: new Error('said "Zhang San s3cret" 张三') })],
    ['a failure', () => ApplicationFailure.create({ message: '张三', type: 'x', details: ['s3cret', 13812345678] })],
    ['no error at all', () => ({ message: 'Zhang San', anything: 's3cret' })],
    ['a stack', () => withStack('Error: Zhang San\ns3cret\n    at run (/app/a.ts:1:2)')],
  ])('never gets out with an error: %s', (_, make) => {
    const { logger, raw, lines } = capture();
    const error = make();
    logger.error({ err: error }, 'failed');
    logger.error({ err: error });
    if (error instanceof Error) logger.error(error);
    logger.child({ error }).error({ error }, 'failed');
    expect(lines().length).toBeGreaterThanOrEqual(3);
    expect(raw()).not.toMatch(planted);
  });
});

describe('errors', () => {
  it('are logged with type, message, code, frames and cause', () => {
    const { logger, lines } = capture();
    const cause = Object.assign(new RangeError('relation "journal" is missing'), { code: '42P01' });
    logger.error({ err: new Error('write failed', { cause }) }, 'journal');
    expect(lines()[0]).toMatchObject({
      msg: 'journal',
      err: {
        type: 'Error',
        message: 'write failed',
        cause: { type: 'RangeError', message: cause.message, code: '42P01' },
      },
    });
    expect((lines()[0]?.err as Line).stack).toMatch(/^\s+at .*logger\.test/);
  });

  it('lend their message when there is no other', () => {
    const { logger, lines } = capture();
    logger.error(new Error('write failed'));
    logger.error({ err: new Error('read failed'), seq: 1 });
    expect(lines().map(({ msg }) => msg)).toEqual(['write failed', 'read failed']);
    expect(lines()[1]).toMatchObject({ seq: 1, err: { message: 'read failed' } });
  });
});

describe('httpSerializers', () => {
  it('keep id, method, path and status', () => {
    const request = {
      id: 'r1',
      method: 'GET',
      originalUrl: '/api/v1/cases?phone=13812345678',
      url: '/cases',
      headers: { cookie: 'x' },
    };
    expect(httpSerializers.req(request)).toEqual({ id: 'r1', method: 'GET', url: '/api/v1/cases' });
    expect(httpSerializers.res({ statusCode: 404 })).toEqual({ status: 404 });
    expect(httpSerializers.err(new Error('x'))).toMatchObject({ type: 'Error', message: 'x' });
  });
});

describe('the logger for Temporal', () => {
  it('writes all levels and members to the same stream, without symbols', () => {
    const { logger, lines } = capture('trace');
    const adapter = temporalLogger(logger);
    adapter.trace('1');
    adapter.debug('2', { a: 1 });
    adapter.info('3', { [Symbol('timestamp')]: 5n, big: 5n, workflowId: 'C-7K2M-94QD' });
    adapter.warn('4');
    adapter.error('5', { error: new Error('lost'), name: 's3cret' });
    adapter.log('WARN', '6', { error: 'core said "no"' });
    expect(lines().map(({ level, msg }) => [level, msg])).toEqual([
      ...[
        [10, '1'],
        [20, '2'],
        [30, '3'],
        [40, '4'],
        [50, '5'],
        [40, '6'],
      ],
    ]);
    expect(lines()[2]).toMatchObject({ big: 5, workflowId: 'C-7K2M-94QD' });
    expect(lines()[4]).toMatchObject({ error: { type: 'Error', message: 'lost' }, name: '[redacted]' });
    expect(lines()[5]).toMatchObject({ error: { type: 'string', message: 'core said "no"' } });
  });

  it('has the native core forward its lines', () => {
    const { logger } = capture();
    expect(temporalRuntimeOptions(logger).telemetryOptions).toEqual({
      logging: { filter: { core: 'INFO', other: 'WARN' }, forward: {} },
    });
  });
});

function nested(depth: number, inside: object): object {
  return depth === 0 ? inside : { down: nested(depth - 1, inside) };
}

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

function withStack(stack: string): Error {
  return Object.assign(new Error('x'), { stack });
}
