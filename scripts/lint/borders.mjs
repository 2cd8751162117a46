import { posix } from 'node:path';

/**
 * The borders of docs/architecture.md, one line per folder: what its files may import. The most specific folder counts.
 * `packages` and `builtins` left out: all are allowed. Tests, bench and scripts have no border.
 */
export const BORDERS = {
  domain: { folders: ['domain'], packages: [], builtins: false },
  'workflows/contracts': {
    folders: ['domain', 'workflows/contracts'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
    builtins: false,
  },
  workflows: {
    folders: ['domain', 'workflows'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
    builtins: false,
  },
  activities: { folders: ['activities', 'domain', 'workflows/contracts', 'db', 'common'] },
  db: { folders: ['db', 'domain', 'workflows/contracts', 'common'] },
  common: { folders: ['common', 'domain', 'locales'] },
  api: { folders: ['api', 'domain', 'workflows/contracts', 'db', 'common'] },
  worker: { folders: ['worker', 'activities', 'workflows', 'domain', 'db', 'common'] },
  stack: { folders: ['stack', 'worker', 'domain', 'db', 'common'] },
  story: {
    folders: ['story', 'stack', 'worker', 'activities', 'api', 'workflows/contracts', 'domain', 'db', 'common'],
  },
};

/** Of two folders that both hold the file the longer name is the more specific one. */
const FOLDERS = Object.keys(BORDERS).sort((a, b) => b.length - a.length);

function isIn(file, folder) {
  return file === folder || file.startsWith(`${folder}/`);
}

function packageOf(specifier) {
  const [first, second] = specifier.split('/');
  return specifier.startsWith('@') ? `${first}/${second}` : first;
}

/** The literal that a node loads a module by, or null. */
function moduleNamedBy(node) {
  switch (node.type) {
    case 'CallExpression': {
      const { callee } = node;
      const isRequire = callee.type === 'Identifier' && callee.name === 'require';
      const isResolve =
        callee.type === 'MemberExpression' && callee.object.name === 'require' && callee.property.name === 'resolve';
      return isRequire || isResolve ? node.arguments[0] : null;
    }
    case 'TSImportType':
      return node.argument?.literal ?? node.argument ?? node.source;
    case 'TSExternalModuleReference':
      return node.expression;
    default:
      return node.source;
  }
}

/** Imports across a border, types included: a type that crosses is a dependency as well. */
export const borders = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      folder: '{{from}}/ may import {{allowed}}, not {{to}}/ (docs/architecture.md, borders).',
      package: '{{from}}/ may import the packages {{allowed}}, not {{to}} (docs/architecture.md, borders).',
      builtin: '{{from}}/ may not use Node itself: {{to}} (docs/architecture.md, borders).',
    },
  },
  create(context) {
    const file = posix.relative(context.cwd.replaceAll('\\', '/'), context.filename.replaceAll('\\', '/'));
    const from = FOLDERS.find((folder) => isIn(file, folder));
    if (from === undefined) return {};
    const border = BORDERS[from];

    function check(node) {
      const named = moduleNamedBy(node);
      const specifier = named?.type === 'Literal' && typeof named.value === 'string' ? named.value : null;
      if (specifier === null) return;
      if (specifier.startsWith('.')) checkFolder(named, posix.join(posix.dirname(file), specifier));
      else if (specifier.startsWith('node:')) checkBuiltin(named, specifier);
      else checkPackage(named, packageOf(specifier));
    }

    function checkFolder(node, target) {
      if (border.folders.some((folder) => isIn(target, folder))) return;
      const to = FOLDERS.find((folder) => isIn(target, folder)) ?? target.split('/')[0];
      context.report({ node, messageId: 'folder', data: { from, to, allowed: border.folders.join(', ') } });
    }

    function checkBuiltin(node, to) {
      if (border.builtins === false) context.report({ node, messageId: 'builtin', data: { from, to } });
    }

    function checkPackage(node, to) {
      if (border.packages === undefined || border.packages.includes(to)) return;
      const allowed = border.packages.join(', ') || '(none)';
      context.report({ node, messageId: 'package', data: { from, to, allowed } });
    }

    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
      TSExternalModuleReference: check,
      CallExpression: check,
    };
  },
};
