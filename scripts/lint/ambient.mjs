/**
 * What must be handed in and not reached for: the environment, the clock, chance. The configuration switches a rule off
 * for the one file that may.
 */

/** `process.env`, also by destructuring, and `env` imported from node:process. */
export const environment = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { environment: 'Only common/config.ts reads the environment; everything else is handed what it needs.' },
  },
  create(context) {
    const report = (node) => context.report({ node, messageId: 'environment' });
    const isProcess = (node) => node?.type === 'Identifier' && node.name === 'process';
    const namesEnv = (property) =>
      property.type === 'Property' && (property.key.name === 'env' || property.key.value === 'env');
    return {
      MemberExpression(node) {
        if (isProcess(node.object) && nameOf(node) === 'env') report(node);
      },
      VariableDeclarator(node) {
        if (isProcess(node.init) && node.id.type === 'ObjectPattern' && node.id.properties.some(namesEnv)) report(node);
      },
      ImportDeclaration(node) {
        if (!/^(node:)?process$/.test(node.source.value)) return;
        if (node.specifiers.some(({ imported }) => imported?.name === 'env')) report(node);
      },
    };
  },
};

/** Readers of the machine's clock and of chance. `allow` names those that a folder may use. */
export const clock = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        properties: { allow: { type: 'array', items: { enum: ['Date.now', 'performance.now'] } } },
        additionalProperties: false,
      },
    ],
    messages: {
      clock: 'Time comes from the Clock that is handed in (common/clock.ts), not from {{what}}.',
      duration: 'performance.now() is for measured durations only; where it may be used is in eslint.config.mjs.',
      chance: 'Chance comes from node:crypto or common/ids.ts, not from Math.random().',
    },
  },
  create(context) {
    const allow = context.options[0]?.allow ?? [];
    const report = (node, what) => {
      if (allow.includes(what)) return;
      const messageId = { 'Math.random': 'chance', 'performance.now': 'duration' }[what] ?? 'clock';
      context.report({ node, messageId, data: { what } });
    };
    return {
      MemberExpression(node) {
        const what = node.object.type === 'Identifier' ? `${node.object.name}.${nameOf(node)}` : '';
        if (['Date.now', 'Math.random', 'performance.now'].includes(what)) report(node, what);
      },
      NewExpression(node) {
        if (node.callee.name === 'Date' && node.arguments.length === 0) report(node, 'new Date()');
      },
      CallExpression(node) {
        if (node.callee.name === 'Date') report(node, 'Date()');
      },
      ImportDeclaration(node) {
        if (!/^(node:)?perf_hooks$/.test(node.source.value)) return;
        if (node.specifiers.some(({ imported }) => imported?.name === 'performance')) report(node, 'performance.now');
      },
    };
  },
};

/** Functions and constants of PostgreSQL that give the server's time, in any text; the quoted 'now' as a whole text. */
const SQL_TIME =
  /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(|\b(current_(timestamp|date|time)|localtimestamp)\b|'now'/i;

/** SQL that asks the database for the time: stories and tests have a clock of their own, so it is handed in. */
export const sqlClock = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { sql: 'SQL takes its time from the Clock that is handed in, not from the server: {{what}}' },
  },
  create(context) {
    const look = (node, text) => {
      const [what] = SQL_TIME.exec(text) ?? (/^(now|current_timestamp)$/i.test(text) ? [text] : []);
      if (what !== undefined) context.report({ node, messageId: 'sql', data: { what } });
    };
    return {
      TemplateElement: (node) => look(node, node.value.raw),
      Literal: (node) => {
        if (typeof node.value === 'string') look(node, node.value);
      },
    };
  },
};

/** The name of a member, also when it is written in brackets. */
function nameOf({ computed, property }) {
  return computed ? property.value : property.name;
}
