/**
 * One spelling for what people type in many. The blind index is a hash of these results, so a change here means that
 * nothing stored before is found again: it needs a new index version and a rebuild.
 *
 * All three are idempotent, and return '' for a text without any visible character.
 */

/** A full-width digit becomes a plain one, invisible characters go, and every run of white space is one space. */
function tidy(text: string): string {
  return text
    .replace(/[^\S ]|\p{Cc}/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .normalize('NFKC')
    .replace(/\s+/gu, ' ')
    .trim();
}

function fold(text: string): string {
  return tidy(tidy(text).toUpperCase());
}

const HAN_DIGITS = '零一二三四五六七八九';
const HAN_NUMBER =
  /第?([〇零一二三四五六七八九十百]+)(?=\s*(?:期|[号號#]|[栋棟幢座]|[单單]|[门門]|[层層楼樓]|弄|[室房]))/gu;

/** 十二 → 12, 一百零五 → 105, 一五〇一 → 1501. */
function hanNumber(text: string): string {
  const digits = [...text.replaceAll('〇', '零')];
  if (!/[十百]/.test(text)) return digits.map((digit) => HAN_DIGITS.indexOf(digit)).join('');
  let total = 0;
  let digit = 0;
  for (const symbol of digits) {
    if (symbol === '十' || symbol === '百') {
      total += (digit || 1) * (symbol === '十' ? 10 : 100);
      digit = 0;
    } else {
      digit = HAN_DIGITS.indexOf(symbol);
    }
  }
  return String(total + digit);
}

/**
 * A room as `building-unit-room`: `3-2-1501` for `3 - 2 - 1501`, `3栋2单元1501`, `三号楼2单元1501室`, `3#2-1501`.
 * A phase and a floor stay marked (`2期-3-501`, `商铺-2层-A1`), so that they aren't taken for a building; a floor that
 * the room number repeats is left out (`3栋15层1501` is `3-1501`).
 */
export function normaliseRoom(text: string): string {
  let room = fold(text);
  for (let pass = 0; pass < ROOM_PASSES; pass += 1) {
    const next = stripRoomMarks(room);
    if (next === room) break;
    room = next;
  }
  return room;
}

/** One pass is enough for what people write; more make nonsense (`第第3`) settle too. */
const ROOM_PASSES = 8;

function stripRoomMarks(room: string): string {
  const marked = room
    .replace(HAN_NUMBER, (_, number: string) => hanNumber(number))
    .replace(/第+(?=\d)/gu, '')
    .replace(/(?<=[0-9A-Z])\s*期/gu, '期-')
    .replace(/(?<=[0-9A-Z甲乙丙丁东西南北中])\s*(?:[号號#]\s*[楼樓栋棟幢座]|[栋棟幢座#])/gu, '栋')
    .replace(/(?<=[0-9A-Z甲乙丙丁东西南北中])\s*[单單]元/gu, '单')
    .replace(/(?<=[0-9A-Z])\s*[单單门門]/gu, '单')
    .replace(/(?<=[栋单])\s*(\d+)\s*[层層楼樓]|(\d+)\s*[层層]/gu, (_, a?: string, b?: string) => `-${a ?? b}层-`)
    .replace(/(?<=[0-9A-Z甲乙丙丁东西南北中])\s*[栋单]|(?<=[0-9A-Z])\s*(?:[楼樓弄户戶]|[号號]?[室房]|[号號])/gu, '-')
    .replace(/(?<![A-Z])(?:BUILDING|BLDG|BLOCK|TOWER|UNIT|ROOM|RM)(?![A-Z])/gu, '-');
  const parts = marked
    .split(/[\s\p{Pd}−ー_/\\.,、。·•:;|]+/u)
    .filter((part) => part !== '')
    .map((part) => part.replace(/^0+(?=\d+[层期]?$)/u, ''));
  const kept = parts.filter((part, index) => {
    const floor = /^(\d+)层$/u.exec(part)?.[1];
    const next = parts[index + 1] ?? '';
    return floor === undefined || !(next.startsWith(floor) && /^\d\d$/.test(next.slice(floor.length)));
  });
  return kept.join('-') || room;
}

const MOBILE = /^1[3-9]\d{9}$/;

/**
 * A phone number in Chinese domestic form: `13812345678`, `057188888888`, `057188888888X801` with an extension;
 * `+85212345678` for other countries. What isn't a phone number stays as text.
 */
export function normalisePhone(text: string): string {
  const folded = fold(text);
  const [number = '', extension, ...more] = folded.replace(/[\s\p{Pd}−()./·]/gu, '').split(/转|轉|分机|分機|EXT|X|#/u);
  if (more.length > 0) return folded;
  if (!/^\+?\d+$/.test(number) || (extension !== undefined && !/^\d+$/.test(extension))) return folded;
  return domestic(number) + (extension === undefined ? '' : `X${extension}`);
}

/** @param number digits, with or without a leading plus. */
function domestic(number: string): string {
  const international = number.replace(/^00/, '+');
  if (international.startsWith('+86')) {
    const rest = international.slice(3);
    // Written after +86 an area code has lost its 0; mobile, service and short numbers never had one.
    return (
      withoutTrunkZero(/^(?:[2-9]\d{8,}|10\d{8})$/.test(rest) && !/^[48]00/.test(rest) ? `0${rest}` : rest) || number
    );
  }
  if (/^86/.test(number) && MOBILE.test(number.slice(2))) return number.slice(2);
  return withoutTrunkZero(international);
}

/** 013812345678, as mobiles in other cities used to be dialled, is 13812345678. */
function withoutTrunkZero(number: string): string {
  return number.startsWith('0') && MOBILE.test(number.slice(1)) ? number.slice(1) : number;
}

/** A name in capitals with one kind of middle dot; spaces next to a Chinese character are dropped (`张 三` is `张三`). */
export function normaliseName(text: string): string {
  return fold(text)
    .replace(/\s*[·•・‧∙⋅●.]\s*/gu, '·')
    .replace(/(?<=\p{Script=Han}) | (?=\p{Script=Han})/gu, '');
}
