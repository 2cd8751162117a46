/** How TypeScript becomes what Node runs: the same for what Jest loads and for what tests start (`typescript.js`). */
module.exports = {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'commonjs' },
};
