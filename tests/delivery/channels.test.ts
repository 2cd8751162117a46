import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Composed } from '../../activities/delivery/compose';
import { mailer } from '../../activities/delivery/mail';
import { sendToRobot, type RobotKind } from '../../activities/delivery/robots';
import { sendWebhook } from '../../activities/delivery/webhook';
import { isPublic, post, refusalOf } from '../../common/outbound';
import { HOUR, MINUTE, SECOND } from '../../domain/instant';
import { MailServer, readLetter } from './support/mail-server';
import { answers, drops, hangs, Receiver } from './support/receiver';

/** Each channel against real servers, and what is made of their answers. */

// The library that checks signatures has a clock of its own.
const NOW = Date.now();
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const message: Composed = {
  ...{ key: 'C-7K2M-94QD/12', caseNo: 'C-7K2M-94QD', project: 'lakeside', template: 'escalated' },
  ...{ args: { rung: 2 }, urgent: true, obligation: 'survey', at: NOW, title: '升级督办', text: '请确认。\n\n漏水' },
  link: null,
};

let receiver: Receiver;
let mail: MailServer;
beforeAll(async () => {
  [receiver, mail] = await Promise.all([Receiver.open(), MailServer.open()]);
});
beforeEach(() => {
  receiver.behaves = answers(200);
  receiver.received.length = 0;
  [mail.answers, mail.recipients] = [null, null];
  mail.letters.length = 0;
});
afterAll(() => Promise.all([receiver.close(), mail.close()]));

const how = () => ({ now: NOW, rules: { allowedHosts: null, trusted: [receiver.address], deadlineMs: 300 } });
const hook = () => sendWebhook({ url: receiver.url, secret: SECRET }, message, how());

describe('a webhook', () => {
  test('is signed by Standard Webhooks, and has the same id at every try', async () => {
    expect(await hook()).toEqual({ kind: 'sent' });
    expect(await hook()).toEqual({ kind: 'sent' });
    const [first, second] = receiver.received;
    expect(first?.headers['webhook-id']).toBe(message.key);
    expect(second?.headers['webhook-id']).toBe(message.key);
    const headers = first?.headers as Record<string, string>;
    expect(new Webhook(SECRET).verify(first?.body ?? '', headers)).toMatchObject({
      type: 'notification.sent',
      data: { case: message.caseNo, title: '升级督办', text: '请确认。\n\n漏水' },
    });
    expect(() => new Webhook(SECRET).verify(`${first?.body} `, headers)).toThrow('No matching signature');
  });

  test.each([
    ['is done', answers(204), { kind: 'sent' }],
    [
      'asks for patience',
      answers(429, {}, { 'retry-after': '120' }),
      { kind: 'failed', reason: 'http-429', wait: 2 * MINUTE },
    ],
    [
      'says when it is back',
      answers(503, {}, { 'retry-after': new Date(NOW + HOUR).toUTCString() }),
      { kind: 'failed', reason: 'http-503', wait: HOUR - (NOW % SECOND) },
    ],
    ['talks nonsense', answers(503, {}, { 'retry-after': 'soon' }), { kind: 'failed', reason: 'http-503', wait: 0 }],
    ['is broken', answers(500), { kind: 'failed', reason: 'http-500', wait: 0 }],
    ['is too slow', answers(408), { kind: 'failed', reason: 'http-408', wait: 0 }],
    ['does not know the address', answers(404), { kind: 'refused', reason: 'http-404' }],
    ['is gone', answers(410), { kind: 'refused', reason: 'http-410' }],
    ['takes it and drops the line', drops, { kind: 'failed', reason: 'unreachable', wait: 0 }],
    ['hangs', hangs, { kind: 'failed', reason: 'timeout', wait: 0 }],
    [
      'talks without end',
      answers(200, { a: 'x'.repeat(70_000) }),
      { kind: 'failed', reason: 'reply-too-large', wait: 0 },
    ],
  ])('whose receiver %s', async (_what, behaviour, reply) => {
    receiver.behaves = behaviour;
    expect(await hook()).toEqual(reply);
  });

  test('that is redirected goes no further', async () => {
    receiver.behaves = answers(302, {}, { location: `http://${receiver.address}/inside` });
    expect(await hook()).toEqual({ kind: 'refused', reason: 'http-302' });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
  });

  test('where nobody listens is tried again', async () => {
    const closed = await Receiver.open();
    const { url, address } = closed;
    const rules = { allowedHosts: null, trusted: [address] };
    await closed.close();
    const reply = await sendWebhook({ url, secret: SECRET }, message, { now: NOW, rules });
    expect(reply).toEqual({ kind: 'failed', reason: 'unreachable', wait: 0 });
  });
});

describe('where nothing is posted to', () => {
  const strict = { allowedHosts: null, trusted: [] };
  test.each([
    ['http://example.com/', 'not-https'],
    ['https://127.0.0.1/', 'address-blocked'],
    ['https://127.1/', 'address-blocked'],
    ['https://2130706433/', 'address-blocked'],
    ['https://10.1.2.3/', 'address-blocked'],
    ['https://172.16.0.1/', 'address-blocked'],
    ['https://192.168.1.1/', 'address-blocked'],
    ['https://169.254.169.254/latest/meta-data', 'address-blocked'],
    ['https://100.64.0.1/', 'address-blocked'],
    ['https://0.0.0.0/', 'address-blocked'],
    ['https://224.0.0.1/', 'address-blocked'],
    ['https://[::1]/', 'address-blocked'],
    ['https://[fe80::1]/', 'address-blocked'],
    ['https://[fd00::1]/', 'address-blocked'],
    ['https://[::ffff:10.0.0.1]/', 'address-blocked'],
    ['https://[64:ff9b::a00:1]/', 'address-blocked'],
  ])('%s: %s', async (url, code) => {
    await expect(post(new URL(url), { headers: {}, body: '' }, strict)).rejects.toMatchObject({
      code,
      permanent: true,
    });
  });

  test('a name that leads to a private address, looked up when it is connected to', async () => {
    const url = new URL('https://localhost/');
    expect(refusalOf(url, strict)).toBeNull();
    await expect(post(url, { headers: {}, body: '' }, strict)).rejects.toMatchObject({ code: 'address-blocked' });
  });

  test('hosts that are not on the list, when there is one', () => {
    const rules = { ...strict, allowedHosts: ['example.com'] };
    const refused = (host: string) => refusalOf(new URL(`https://${host}/`), rules)?.code ?? null;
    expect(['example.com', 'a.example.com', 'EXAMPLE.com'].map(refused)).toEqual([null, null, null]);
    expect(['badexample.com', 'example.com.evil.org'].map(refused)).toEqual(['host-not-allowed', 'host-not-allowed']);
  });

  test('public addresses are those that are left', () => {
    expect(['8.8.8.8', '2001:4860:4860::8888', '::ffff:8.8.8.8'].map(isPublic)).toEqual([true, true, true]);
    expect(['', 'example.com'].map(isPublic)).toEqual([false, false]);
  });
});

describe('the robot of a group', () => {
  const robot = (kind: RobotKind, secret: string | null, text = '【派单】') =>
    sendToRobot({ kind, url: `${receiver.url}?key=k`, secret }, text, how());
  const body = () => JSON.parse(receiver.received[0]?.body ?? '') as Record<string, unknown>;

  test('of WeCom gets a text, by its address alone', async () => {
    receiver.behaves = answers(200, { errcode: 0, errmsg: 'ok' });
    expect(await robot('wecom', null)).toEqual({ kind: 'sent' });
    expect(body()).toEqual({ msgtype: 'text', text: { content: '【派单】' } });
    expect(receiver.received[0]?.path).toBe('/hook?key=k');
  });

  test('of DingTalk is signed in its address', async () => {
    receiver.behaves = answers(200, { errcode: 0, errmsg: 'ok' });
    expect(await robot('dingtalk', 'SECx')).toEqual({ kind: 'sent' });
    const { searchParams } = new URL(receiver.received[0]?.path ?? '', receiver.url);
    const sign = createHmac('sha256', 'SECx').update(`${NOW}\nSECx`).digest('base64');
    expect(Object.fromEntries(searchParams)).toEqual({ key: 'k', timestamp: String(NOW), sign });
  });

  test('of Feishu is signed in its body, by seconds and with nothing as the message', async () => {
    receiver.behaves = answers(200, { code: 0, msg: 'success' });
    expect(await robot('feishu', 'x')).toEqual({ kind: 'sent' });
    const timestamp = String(Math.floor(NOW / SECOND));
    const sign = createHmac('sha256', `${timestamp}\nx`).update('').digest('base64');
    expect(body()).toEqual({ timestamp, sign, msg_type: 'text', content: { text: '【派单】' } });
  });

  test.each<[RobotKind, object, object]>([
    [
      'wecom',
      { errcode: 45009, errmsg: 'api freq out of limit' },
      { kind: 'failed', reason: 'robot-45009', wait: MINUTE },
    ],
    ['wecom', { errcode: -1, errmsg: 'system busy' }, { kind: 'failed', reason: 'robot--1', wait: 0 }],
    ['wecom', { errcode: 93000, errmsg: 'invalid webhook url' }, { kind: 'refused', reason: 'robot-93000' }],
    [
      'dingtalk',
      { errcode: 130101, errmsg: 'send too fast' },
      { kind: 'failed', reason: 'robot-130101', wait: MINUTE },
    ],
    ['dingtalk', { errcode: 310000, errmsg: 'sign not match' }, { kind: 'refused', reason: 'robot-310000' }],
    ['feishu', { code: 9499, msg: 'too many request' }, { kind: 'failed', reason: 'robot-9499', wait: MINUTE }],
    ['feishu', { code: 11232, msg: 'frequency limited' }, { kind: 'failed', reason: 'robot-11232', wait: MINUTE }],
    ['feishu', { code: 19021, msg: 'sign match fail' }, { kind: 'refused', reason: 'robot-19021' }],
    ['feishu', { StatusCode: 0, StatusMessage: 'success' }, { kind: 'sent' }],
    ['feishu', { hello: 'I am no robot' }, { kind: 'refused', reason: 'robot-reply' }],
  ])('of %s that answers 200 and %j', async (kind, answer, reply) => {
    receiver.behaves = answers(200, answer);
    expect(await robot(kind, 'secret')).toEqual(reply);
  });

  test('gets no more than it takes, and no half letters', async () => {
    receiver.behaves = answers(200, { errcode: 0 });
    await robot('wecom', null, `a${'管家'.repeat(1_000)}`);
    const { content } = body().text as { content: string };
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(2_048);
    expect(content).toMatch(/^a(管家)+管?…$/);
  });
});

describe('mail', () => {
  const letter = { to: ['zhang@example.com'], title: '升级督办 · C-7K2M-94QD', text: '请确认。\n\n漏水', id: 'n1' };
  const send = (more: Partial<typeof letter> = {}) =>
    mailer({ url: mail.url, from: '管家 <notice@example.com>', patienceMs: 300 })({ ...letter, ...more });

  test('arrives as it was written, with the same id at every try', async () => {
    expect(await send()).toEqual({ kind: 'sent' });
    const [arrived] = mail.letters;
    expect(arrived?.to).toEqual(['zhang@example.com']);
    expect(arrived?.raw).toContain('Message-ID: <n1@guanjia>');
    expect(arrived && readLetter(arrived).subject).toBe(letter.title);
    expect(arrived && readLetter(arrived).text.replaceAll('\r\n', '\n').trim()).toBe(letter.text);
  });

  test('to several of one home shows none the address of another', async () => {
    expect(await send({ to: ['a@example.com', 'b@example.com'] })).toEqual({ kind: 'sent' });
    expect(mail.letters[0]?.to).toEqual(['a@example.com', 'b@example.com']);
    expect(mail.letters[0]?.raw).not.toMatch(/[ab]@example\.com/);
  });

  test.each([
    ['is refused for good', { answers: 554 }, { kind: 'refused', reason: 'smtp-554' }],
    ['is to come again', { answers: 451 }, { kind: 'failed', reason: 'smtp-451', wait: 0 }],
    ['has no such mailbox', { recipients: 550 }, { kind: 'refused', reason: 'smtp-550' }],
    ['has a mailbox that is busy', { recipients: 450 }, { kind: 'failed', reason: 'smtp-450', wait: 0 }],
    ['is never answered', { answers: 0 }, { kind: 'failed', reason: 'timeout', wait: 0 }],
  ])('that %s', async (_what, behaviour, reply) => {
    Object.assign(mail, behaviour);
    expect(await send()).toEqual(reply);
  });

  test('to a server that says nothing, or is not there', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const to = mailer({ url: `smtp://127.0.0.1:${port}`, from: 'a@example.com', patienceMs: 300 });
    expect(await to(letter)).toEqual({ kind: 'failed', reason: 'timeout', wait: 0 });
    await new Promise((resolve) => silent.close(resolve));
    expect(await to(letter)).toEqual({ kind: 'failed', reason: 'unreachable', wait: 0 });
  });
});
