import type { Span } from '../problem.ts';

// oxlint-disable-next-line no-control-regex -- JSON strings may not hold them
const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/.source;
const literal = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/.source;
const token = new RegExp(String.raw`[ \t\r\n]*(?:([{}[\]:,])|(${string})|(${literal})|$)`, 'y');

/** Where JSON text first goes wrong, which `JSON.parse` does not always tell; undefined: nowhere. */
export function jsonErrorAt(text: string): (Span & { readonly message: string }) | undefined {
  const open: ('{' | '[')[] = [];
  // What may come next: a value, a key, or what stands behind one of them.
  let expects: 'value' | 'firstItem' | 'key' | 'firstKey' | 'colon' | 'comma' = 'value';
  for (let at = 0; ; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(text);
    const start = at + (/^[ \t\r\n]*/.exec(text.slice(at, at + 1000))?.[0].length ?? 0);
    if (match === null)
      return { start, end: wordEnd(text, start), message: `unexpected ${show(text, start)}.` };
    const [, sign, quoted, word] = match;
    const done = expects === 'comma' && open.length === 0;
    if (sign === undefined && quoted === undefined && word === undefined) {
      return done ? undefined : { start: text.length, end: text.length, message: 'the text ends too early.' };
    }
    const wrong = {
      start,
      end: token.lastIndex,
      message: `${missing(expects, done)} before ${show(text, start)}.`,
    };
    const isValue = expects === 'value' || expects === 'firstItem';
    if (word !== undefined || quoted !== undefined) {
      if (isValue) expects = 'comma';
      else if (quoted !== undefined && (expects === 'key' || expects === 'firstKey')) expects = 'colon';
      else return wrong;
    } else if (sign === '{' || sign === '[') {
      if (!isValue) return wrong;
      open.push(sign);
      expects = sign === '{' ? 'firstKey' : 'firstItem';
    } else if (sign === '}' || sign === ']') {
      const inside = open.at(-1) === '{' ? '}' : ']';
      if (open.length === 0 || inside !== sign) return wrong;
      if (expects !== 'comma' && expects !== 'firstKey' && expects !== 'firstItem') return wrong;
      open.pop();
      expects = 'comma';
    } else if (sign === ':') {
      if (expects !== 'colon') return wrong;
      expects = 'value';
    } else {
      if (expects !== 'comma' || done) return wrong;
      expects = open.at(-1) === '{' ? 'key' : 'value';
    }
  }
}

function missing(expects: string, done: boolean): string {
  if (done) return 'more text';
  if (expects === 'comma') return 'a comma is missing';
  if (expects === 'colon') return 'a colon is missing';
  return expects.toLowerCase().includes('key') ? 'a name in double quotes is missing' : 'a value is missing';
}

function show(text: string, at: number): string {
  return at < text.length ? JSON.stringify(text.slice(at, wordEnd(text, at))) : 'the end';
}

function wordEnd(text: string, at: number): number {
  const word = /^(?:\w+|[^\s\w])/u.exec(text.slice(at, at + 20))?.[0];
  return Math.min(at + (word?.length ?? 1), text.length);
}
