import { escaped, inlineHash } from '../http/html';

const STYLE = `
body { font: 16px/1.6 system-ui, sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em; color: #1b1f24 }
input { font: inherit; width: 100%; padding: .4em; box-sizing: border-box }
button { font: inherit; padding: .4em 1em; margin: .8em .5em 0 0 }
output { display: block; min-height: 1.6em; margin-top: .8em; font-weight: 700 }
code { background: #eef1f4; padding: 0 .3em }
`;

/** The key is sent as JSON, which no page of another origin can do, and is never part of an address. */
const SCRIPT = `
const form = document.querySelector('form');
const out = document.querySelector('output');
document.querySelector('#endpoint').textContent = location.origin + '/codec';
const post = async (path, body) => {
  out.textContent = '…';
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
    return answer.ok ? null : ((await answer.json()).code ?? String(answer.status));
  } catch {
    return 'offline';
  }
};
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const refused = await post('/codec/login', { key: form.key.value.trim() });
  if (refused === null) form.reset();
  out.textContent = refused === null ? '已登录,八小时有效。 Signed in for eight hours.' : '未登录 Not signed in: ' + refused;
});
document.querySelector('#out').addEventListener('click', async () => {
  const refused = await post('/codec/logout');
  out.textContent = refused === null ? '已退出。 Signed out.' : refused;
});
`;

export const PAGE_POLICY = [
  "default-src 'none'",
  `script-src ${inlineHash(SCRIPT)}`,
  `style-src ${inlineHash(STYLE)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** @param uiUrl of the Temporal Web UI; null where none is known. */
export function loginPage(uiUrl: string | null): string {
  const link = uiUrl === null ? 'Temporal Web UI' : `<a href="${escaped(uiUrl)}">Temporal Web UI</a>`;
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>管家 Guanjia</title><style>${STYLE}</style></head>
<body><h1>管家 Guanjia</h1>
<p>登录后,可在 ${link} 中查看解密的流程历史(经理、品质部、运营)。<br>
Sign in to read decoded workflow histories there (managers, quality, ops).</p>
<form method="post"><label>API key<input name="key" type="password" autocomplete="off" required maxlength="200"></label>
<button>登录 Sign in</button><button type="button" id="out">退出 Sign out</button><output role="status"></output></form>
<p>首次使用:在 Web UI 的 Codec Server 设置中选择 <em>Use my browser setting</em>,填入 <code id="endpoint"></code>,并勾选
<em>Include cross-origin credentials</em>。<br>
Once per browser: in the Web UI's Codec Server settings use your browser's setting, this endpoint, and include
cross-origin credentials.</p>
<script>${SCRIPT}</script></body></html>
`;
}
