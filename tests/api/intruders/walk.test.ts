import { SignJWT } from 'jose';
import { readDescription, type Description, type Operation } from './document';
import { CALLERS, COMMAND_NAMES, KNOWN, rolesOf, rolesOfCommand, type Caller } from './matrix';
import { aimsAt, COMMAND_BODIES, idsIn, type Aim, type Ids, type Shot } from './shots';
import { problemIn, type Reply } from './wire';
import { startWorld, type World } from './world';

let world: World;
let description: Description;
let before: unknown;
beforeAll(async () => {
  world = await startWorld();
  description = await readDescription(world.product.url);
  before = await world.farAway();
}, 60_000);
afterAll(() => world.stop());

const guarded = (): Operation[] => description.operations.filter(({ isPublic }) => !isPublic);
let asked = 0;

/** Sends a shot; `authorization` is the whole header, or several of them. */
function fire(operation: Operation, shot: Shot, authorization?: string | string[], method = operation.method) {
  const path = operation.path.replace(/\{(\w+)\}/g, (_all, name: string) => shot.path?.[name] ?? '');
  const query = new URLSearchParams(shot.query).toString();
  const body = shot.file ?? (operation.body === null ? undefined : JSON.stringify(shot.body));
  const type = operation.upload ?? 'application/json';
  asked += 1;
  return world.wire.send({
    ...{ method, path: query === '' ? path : `${path}?${query}`, body },
    headers: {
      // Node sends a list as one header each, which its types don't know of this one.
      ...(authorization === undefined ? {} : { authorization: authorization as string }),
      ...(body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
      ...(method === 'POST' && body === undefined ? { 'content-length': 0 } : {}),
    },
  });
}

/** What they let in is in the body or the query, and here that is nobody. */
const LOGINS: ReadonlySet<string> = new Set(['beginCodecLogin', 'beginSession', 'finishProviderLogin']);

const bearer = (as: Parameters<World['keyOf']>[0]): string => `Bearer ${world.keyOf(as)}`;
const isDone = ({ status }: Reply): boolean => status >= 200 && status < 300;
const outcomeOf = (reply: Reply): string => (isDone(reply) ? 'done' : problemIn(reply).code);

/** All that one answer says, but for when and to which request; what was named is `<no>`, whosever it is. */
function told({ status, text }: Reply): unknown {
  const names = (Object.keys(world.own) as (keyof Ids)[]).flatMap((name) =>
    [world.own, world.foreign, world.missing].map((ids) => [ids[name], `<${name}>`] as const),
  );
  const neutral = names
    .reduce((all, [id, name]) => all.replaceAll(id, name), text)
    .replaceAll(/C-[0-9A-Z]{4}-[0-9A-Z]{4}/g, '<no>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<at>');
  const {
    instance: _i,
    serverTime: _s,
    asOf: _a,
    ...rest
  } = (neutral === '' ? {} : JSON.parse(neutral)) as Record<string, unknown>;
  return { status, ...rest };
}

test('every route of the document has a rule and a valid request, and no rule is left over', () => {
  for (const operation of description.operations) {
    expect([operation.name, rolesOf(operation.name) === null]).toEqual([operation.name, operation.isPublic]);
    expect(aimsAt(operation).length).toBeGreaterThan(0);
  }
  expect(description.operations.map(({ name }) => name).sort()).toEqual([...KNOWN].sort());
});

/** Refusals that speak of the state of things; any other would mean that the request or the rule is wrong. */
const BUSINESS = new Set([403, 404, 409, 412, 422]);
const NO_BUSINESS = new Set(['role-not-allowed', 'not-found']);

test('every route × every role: let in or not, and never to what is of others', async () => {
  const secrets = [...Object.values(world.foreign), '山上', '13900002222'];
  let combinations = 0;
  for (const operation of guarded()) {
    const own = {
      ...world.own,
      no: operation.path.startsWith('/api/v1/cases/') ? await world.newCase() : world.own.no,
    };
    const allowed = rolesOf(operation.name) ?? [];
    const ask = async (role: Caller, aim: Aim): Promise<void> => {
      const mayCome = allowed.includes(role);
      const mine = await fire(operation, aim.shot(own), bearer(role));
      const where = [operation.name, role, JSON.stringify(aim.shot(own)).slice(0, 200)];
      combinations += 1;
      if (!mayCome) {
        expect([...where, mine.status, outcomeOf(mine)]).toEqual([...where, 403, 'role-not-allowed']);
      } else if (!isDone(mine)) {
        const { code } = problemIn(mine);
        expect([...where, code, BUSINESS.has(mine.status) && !NO_BUSINESS.has(code)]).toEqual([...where, code, true]);
      } else {
        expect([...where, secrets.filter((secret) => mine.text.includes(secret))]).toEqual([...where, []]);
      }
      for (const name of idsIn(aim, own)) {
        const others = { ...own, [name]: world.foreign[name] };
        const [foreign, missing] = [
          await fire(operation, aim.shot(others), bearer(role)),
          await fire(operation, aim.shot({ ...own, [name]: world.missing[name] }), bearer(role)),
        ];
        combinations += 1;
        const [status, code] = mayCome ? (aim.foreign?.[name] ?? [404, 'not-found']) : [403, 'role-not-allowed'];
        expect([...where, name, foreign.status, outcomeOf(foreign)]).toEqual([...where, name, status, code ?? 'done']);
        expect([...where, name, told(foreign)]).toEqual([...where, name, told(missing)]);
      }
    };
    for (const aim of aimsAt(operation)) await Promise.all(CALLERS.map((role) => ask(role, aim)));
  }
  console.info(`${guarded().length} routes × ${CALLERS.length} roles: ${combinations} combinations, ${asked} requests`);
  expect(combinations).toBeGreaterThan(guarded().length * CALLERS.length * 1.5);
}, 120_000);

test('what a resident may see ends at his own door', async () => {
  const { no, notification } = world.neighbour;
  let doors = 0;
  for (const operation of guarded().filter(({ name }) => rolesOf(name)?.includes('resident'))) {
    for (const aim of aimsAt(operation).filter((each) => idsIn(each, world.own).some((name) => name === 'no'))) {
      const next = await fire(operation, aim.shot({ ...world.own, no }), bearer('resident'));
      const missing = await fire(operation, aim.shot({ ...world.own, no: world.missing.no }), bearer('resident'));
      const [status, code] = aim.foreign?.no ?? [404, 'not-found'];
      expect([operation.name, next.status, outcomeOf(next)]).toEqual([operation.name, status, code ?? 'done']);
      expect(told(next)).toEqual(told(missing));
      doors += 1;
    }
  }
  expect(doors).toBeGreaterThan(8);
  const read = guarded().find(({ id }) => id === 'markNotificationsRead');
  const marked = await fire(read as Operation, { body: { ids: [notification] } }, bearer('resident'));
  expect(JSON.parse(marked.text)).toEqual({ marked: [], unknown: [notification] });
});

test('a reader of headers only learns no more', async () => {
  const heads = guarded().filter(({ method }) => method === 'GET');
  for (const operation of heads) {
    for (const aim of aimsAt(operation)) {
      for (const ids of [world.own, world.foreign]) {
        const got = await fire(operation, aim.shot(ids), bearer('general_manager'));
        const head = await fire(operation, aim.shot(ids), bearer('general_manager'), 'HEAD');
        expect([operation.name, head.status, head.text]).toEqual([operation.name, got.status, '']);
      }
    }
  }
  expect(heads.length).toBeGreaterThan(20);
});

test('a list of commands obeys the rule of each, and does nothing to what is of others', async () => {
  const bulk = guarded().find(({ id }) => id === 'runCommands') as Operation;
  const staff = CALLERS.filter((role) => rolesOf(bulk.name)?.includes(role));
  const no = await world.newCase();
  for (const role of staff) {
    const denied = COMMAND_NAMES.filter((command) => !rolesOfCommand(command).includes(role));
    const items = [
      ...denied.map((command) => ({ no, command, body: COMMAND_BODIES[command]?.(world.own) })),
      { no: world.foreign.no, command: 'note', body: { text: '别人的' } },
      { no: world.missing.no, command: 'note', body: { text: '没有的' } },
      { no, command: 'note', body: { text: '自己的' } },
    ];
    const reply = await fire(bulk, { body: { items } }, bearer(role));
    const results = (JSON.parse(reply.text) as { items: { status: number; code: string | null }[] }).items;
    expect([role, results.map(({ status, code }) => [status, code])]).toEqual([
      role,
      [...denied.map(() => [403, 'role-not-allowed']), [404, 'not-found'], [404, 'not-found'], [200, null]],
    ]);
  }
  expect(staff.length).toBe(9);
});

describe('who has no key', () => {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = (header: object): string =>
    `${encode(header)}.${encode({ sub: 's-manager', role: 'general_manager', exp: 4102444800 })}.`;
  const [good, other] = [() => world.keyOf('general_manager'), () => world.keyOf('manager')];
  const secretOf = (key: string): string => key.slice(20);

  let tokens: Readonly<Record<'old' | 'issuer' | 'audience' | 'forged' | 'confused' | 'unknown', string>>;
  beforeAll(async () => {
    const { issuer } = world;
    issuer.now = Date.now();
    const manager = { sub: 's-manager', guanjia_role: 'general_manager' };
    const second = Math.floor(issuer.now / 1000);
    tokens = {
      old: await issuer.token({ ...manager, iat: second - 400, exp: second - 100 }),
      issuer: await issuer.token({ ...manager, iss: 'https://evil.example' }),
      audience: await issuer.token({ ...manager, aud: 'another' }),
      forged: await issuer.token(manager, { unpublished: true }),
      confused: await new SignJWT({ ...manager, iss: issuer.url, aud: issuer.config.audience })
        .setProtectedHeader({ alg: 'HS256', kid: 'a-RS256' })
        .setIssuedAt(second)
        .setExpirationTime(second + 300)
        .sign(Buffer.from(issuer.publicPem())),
      unknown: await issuer.token(manager),
    };
  });

  const STRANGERS: Readonly<Record<string, () => [string | string[] | undefined, number, string]>> = {
    'no header': () => [undefined, 401, 'unauthenticated'],
    'an empty header': () => ['', 401, 'unauthenticated'],
    'a scheme alone': () => ['Bearer', 401, 'unauthenticated'],
    'no scheme': () => [good(), 401, 'unauthenticated'],
    'another word': () => ['Bearer x', 401, 'unauthenticated'],
    Basic: () => [`Basic ${Buffer.from(`${good()}:`).toString('base64')}`, 401, 'unauthenticated'],
    'Basic with the key': () => [`Basic ${good()}`, 401, 'unauthenticated'],
    'a JWT without algorithm': () => [`Bearer ${jwt({ alg: 'none', typ: 'JWT' })}`, 401, 'unauthenticated'],
    'a token that ran out': () => [`Bearer ${tokens.old}`, 401, 'token-expired'],
    'a token of another issuer': () => [`Bearer ${tokens.issuer}`, 401, 'unauthenticated'],
    'a token for another audience': () => [`Bearer ${tokens.audience}`, 401, 'unauthenticated'],
    'a token signed with another key': () => [`Bearer ${tokens.forged}`, 401, 'unauthenticated'],
    'a token signed with the public key': () => [`Bearer ${tokens.confused}`, 401, 'unauthenticated'],
    'a token of somebody whom nobody knows': () => [`Bearer ${tokens.unknown}`, 401, 'identity-unknown'],
    'a JWT with another signature': () => [`Bearer ${jwt({ alg: 'HS256' })}YWJj`, 401, 'unauthenticated'],
    'a key cut short': () => [`Bearer ${good().slice(0, -1)}`, 401, 'unauthenticated'],
    'a key and more': () => [`Bearer ${good()}A`, 401, 'unauthenticated'],
    'two keys in one': () => [`Bearer ${good()}, Bearer ${other()}`, 401, 'unauthenticated'],
    'the right id, a made-up secret': () => [`Bearer ${good().slice(0, 20)}${'A'.repeat(43)}`, 401, 'unauthenticated'],
    'the right id, the secret of another': () => [
      `Bearer ${good().slice(0, 20)}${secretOf(other())}`,
      401,
      'unauthenticated',
    ],
    'an unknown id': () => [`Bearer gj_0123456789abcdef_${secretOf(good())}`, 401, 'unauthenticated'],
    'the id in capitals': () => [
      `Bearer ${good().slice(0, 19).toUpperCase()}_${secretOf(good())}`,
      401,
      'unauthenticated',
    ],
    'a key that ran out': () => [bearer('expired'), 401, 'key-expired'],
    'a key taken back': () => [bearer('revoked'), 401, 'key-revoked'],
    'the key of somebody who left': () => [bearer('left'), 401, 'unauthenticated'],
    'two headers': () => [[bearer('resident'), `Bearer ${good()}`], 400, 'invalid-request'],
    // Known, and allowed nothing: the scheme has no case (RFC 9110, 11.1).
    'a scheme in small letters': () => [`bearer ${world.keyOf('system')}`, 403, 'role-not-allowed'],
  };

  test('every route × every one of them', async () => {
    const strangers = Object.entries(STRANGERS);
    let refused = 0;
    for (const operation of guarded()) {
      const [aim] = aimsAt(operation);
      const shot = (aim as Aim).shot(world.own);
      await Promise.all(
        strangers.map(async ([name, wrong]) => {
          const [authorization, status, code] = wrong();
          const reply = await fire(operation, shot, authorization);
          expect([operation.name, name, reply.status, problemIn(reply).code]).toEqual([
            operation.name,
            name,
            status,
            code,
          ]);
          refused += 1;
        }),
      );
    }
    console.info(`${guarded().length} routes × ${strangers.length} strangers: ${refused} refused`);
    expect(refused).toBe(guarded().length * strangers.length);
  }, 120_000);

  test('a key in the address or a cookie is none', async () => {
    const me = guarded().find(({ id }) => id === 'getMe') as Operation;
    const key = good();
    for (const query of [`key=${key}`, `access_token=${key}`, `authorization=Bearer%20${key}`]) {
      expect((await world.wire.send({ method: 'GET', path: `${me.path}?${query}` })).status).toBe(401);
    }
    const headers = { cookie: `guanjia=${key}; authorization=Bearer ${key}` };
    expect((await world.wire.send({ method: 'GET', path: '/api/v1/me', headers })).status).toBe(401);
  });

  test('what is public is the same for everybody', async () => {
    for (const operation of description.operations.filter(({ isPublic }) => isPublic)) {
      const [aim] = aimsAt(operation);
      const shot = (aim as Aim).shot(world.own);
      const replies = [await fire(operation, shot), await fire(operation, shot, bearer('general_manager'))];
      const statuses = replies.map(({ status }) => status);
      expect([operation.name, statuses[0]]).toEqual([operation.name, statuses[1]]);
      expect([operation.name, statuses[0]]).toEqual([
        operation.name,
        LOGINS.has(operation.id) ? 401 : expect.any(Number),
      ]);
    }
  });
});

test('after all this nothing of the other company has changed', async () => {
  expect(await world.farAway()).toEqual(before);
});
