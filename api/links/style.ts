import { inlineHash } from '../http/html';

/**
 * For people of any age on a telephone: text of 18 pt, things to press of 60 px, lines of 1.5, and no colour that says
 * something alone (console.md section 4). Holds at 320 px and twice the size.
 */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #3d444d; --paper: #fff; --card: #f3f5f7; --line: #c8ced5;
  --act: #0b4f8a; --late: #a50e1f; --done: #d7f0e4; --done-ink: #0b4f3a }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --soft: #aeb8c2; --paper: #0f1318; --card: #1b2129;
  --line: #46505c; --act: #8cc4ff; --late: #ff9b9b; --done: #0f3a2c; --done-ink: #8fe3c0 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 34em; padding: 12px 16px 40px; background: var(--paper); color: var(--ink);
  font: 24px/1.5 system-ui, -apple-system, "PingFang SC", "HarmonyOS Sans SC", MiSans, "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  overflow-wrap: anywhere }
header { display: flex; justify-content: space-between; align-items: center; gap: 12px; font-size: 20px; color: var(--soft) }
header a { min-height: 60px; padding: 12px; color: var(--act); white-space: nowrap }
h1 { font-size: 26px; line-height: 1.3; margin: 4px 0 0 }
h2 { font-size: 24px; line-height: 1.3; margin: 0 0 8px }
p { margin: 6px 0 }
.soft { color: var(--soft); font-size: 20px }
.status { font-size: 30px; line-height: 1.3; font-weight: 700; margin: 16px 0 }
section, details { background: var(--card); border-radius: 12px; padding: 16px; margin: 16px 0 }
.due { font-size: 28px; line-height: 1.3; font-weight: 700; font-variant-numeric: tabular-nums }
.date { white-space: nowrap }
.late { color: var(--late); font-weight: 700 }
.notice { border-left: 8px solid var(--line) }
.notice.done { background: var(--done); color: var(--done-ink); border-color: currentcolor }
.notice.refused { border-color: var(--late) }
.quote { border-left: 4px solid var(--line); padding-left: 12px; white-space: pre-wrap }
summary { min-height: 60px; padding: 12px 0; font-weight: 700; cursor: pointer }
fieldset { border: 0; margin: 12px 0; padding: 0 }
legend, .field { display: block; font-weight: 700; padding: 0; margin: 12px 0 4px }
.score { display: flex; align-items: center; gap: 12px; min-height: 60px; border-bottom: 1px solid var(--line) }
.score input { width: 28px; height: 28px; margin: 0; flex: none; accent-color: var(--act) }
textarea { width: 100%; min-height: 5em; padding: 12px; font: inherit; color: inherit; background: var(--paper);
  border: 2px solid var(--line); border-radius: 8px }
button, .button { display: block; width: 100%; min-height: 60px; margin: 12px 0 0; padding: 12px; font: inherit; font-weight: 700;
  text-align: center; text-decoration: none; border: 3px solid var(--act); border-radius: 12px; background: var(--act);
  color: var(--paper); cursor: pointer }
button.other { background: none; color: var(--act) }
:focus-visible { outline: 4px solid var(--act); outline-offset: 3px }
ol { list-style: none; margin: 0; padding: 0 }
li { padding: 10px 0; border-top: 1px solid var(--line) }
li:first-child { border-top: 0 }
time { font-variant-numeric: tabular-nums }
footer { margin-top: 24px; color: var(--soft); font-size: 18px }
`;

/** Nothing runs in it, nothing is loaded, nobody frames it, and its forms go nowhere else. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src ${inlineHash(STYLE)}`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
