// The page's Chinese, as banks write it; places and times by name.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { RefusalRule } from '../src/handover/refusal';
import { handoverWords } from '../src/handover/words';
import * as format from '../src/view/format';
import { en, type Words } from '../src/words/en';
import { chosenLanguage, languages } from '../src/words/language';
import { provinces } from '../src/words/places';

const { 'zh-Hans': hans, 'zh-Hant': hant } = languages;
/** With what comes only when documents are handed over. */
const [allHans, allHant] = [[hans, handoverWords['zh-Hans']], [hant, handoverWords['zh-Hant']]];
const han = /\p{Script=Han}/u;

/** Every text of a language, with what it is filled in with: Chinese names, so that what stands beside them shows. */
function* texts(said: unknown, path = ''): Generator<readonly [string, string]> {
  if (typeof said === 'string') yield [path, said];
  else if (typeof said === 'function') {
    for (const args of [Array<string>(4).fill('中文'), Array<string>(4).fill('3'), ['中文', null], [3, true], [3, false]]) yield [path, String((said as (...args: unknown[]) => unknown)(...args))];
  } else if (typeof said === 'object' && said !== null) for (const [name, inner] of Object.entries(said)) yield* texts(inner, `${path}.${name}`);
}

test('no half-width punctuation stands beside Chinese', () => {
  const wrong = [/[\p{Script=Han}”」）]\s*(?:[,:;!?()"']|\.(?!\w))/u, /[,:;!?()"']\s*[\p{Script=Han}“「（]/u];
  for (const words of [allHans, allHant]) {
    const found = [...texts(words)].filter(([, text]) => wrong.some((sign) => sign.test(text)));
    assert.deepEqual(found, []);
  }
});

test('each script has its own quotation marks, and no other', () => {
  for (const [path, text] of texts(allHans)) assert.doesNotMatch(text, /[「」"]/u, path);
  for (const [path, text] of texts(allHant)) assert.doesNotMatch(text, /[“”"]/u, path);
});

test('no word that a bank would not write', () => {
  // What the glossary of the page's Chinese replaces.
  const hansNot = ['法域', '采信', '字节', '登记册', '原件', '算数', '这个浏览器', '认识'];
  const hantNot = ['法域', '採信', '位元組', '真本', '逾期', '算數', '這個瀏覽器', '認識', '你', '甚麼'];
  for (const [path, text] of texts(allHans)) for (const word of hansNot) assert.ok(!text.includes(word), `${path}: ${text}`);
  for (const [path, text] of texts(allHant)) for (const word of hantNot) assert.ok(!text.includes(word), `${path}: ${text}`);
});

test('neither script has characters of the other', () => {
  const pairs = ['简簡', '签簽', '发發', '机機', '构構', '这這', '现現', '还還', '从從', '选選', '择擇', '档檔', '数數', '护護', '开開', '导導', '录錄', '证證', '处處', '时時', '间間', '运運', '营營', '浏瀏', '览覽', '据據', '与與', '记記', '区區', '辖轄', '认認'];
  for (const [path, text] of texts(allHant)) for (const [simple] of pairs) assert.ok(!text.includes(simple!), `${path}: ${simple} in ${text}`);
  for (const [path, text] of texts(allHans)) for (const [, full] of pairs) assert.ok(!text.includes(full!), `${path}: ${full} in ${text}`);
});

test('what the page puts together from parts has no half-width signs of its own', () => {
  const parts = /words\.[\w.[\]]+\}(?:[:;,!?] |\. | \()/;
  for (const folder of ['src/view', 'src/handover/view']) for (const file of readdirSync(folder)) for (const line of readFileSync(`${folder}/${file}`, 'utf8').split('\n')) assert.doesNotMatch(line, parts, file);
});

test('a package that is refused is refused in the words that the tests of the page know, in each language', () => {
  const table = [...readFileSync('../../tests/Web.Tests/HandoverAbuseTests.cs', 'utf8').matchAll(/^ {8}\("\w+", "(\w+)", "(.+)", "(.+)", "(.+)"\),$/gm)];
  assert.equal(table.length, 15);
  for (const [, rule, ...said] of table) {
    const refusals = [handoverWords.en, handoverWords['zh-Hant'], handoverWords['zh-Hans']].map(({ refusals }) => refusals[rule as RefusalRule]);
    for (const [i, text] of said.entries()) assert.ok(refusals[i]?.includes(text), `${rule}: ${text} in ${refusals[i]}`);
  }
});

for (const [asked, expected] of [[['zh-TW'], 'zh-Hant'], [['zh-SG'], 'zh-Hans'], [['zh'], 'zh-Hans'], [['yue-HK'], 'zh-Hant'], [['en-GB'], 'en'], [['fr-FR', 'zh-MO', 'en'], 'zh-Hant'], [['fr-FR'], 'en']] as const) {
  test(`the page’s language is the first of the browser’s that there is: ${asked.join(', ')}`, (context) => {
    Object.defineProperty(globalThis, 'navigator', { value: { languages: asked }, configurable: true });
    context.after(() => Reflect.deleteProperty(globalThis, 'navigator'));
    assert.equal(chosenLanguage(), expected);
  });
}

const zones = [
  ['Asia/Hong_Kong', ['23 November 2026 at 17:05 Hong Kong time', '香港时间 2026年11月23日 17:05', '香港時間 2026年11月23日 17:05']],
  ['Asia/Shanghai', ['23 November 2026 at 17:05 Beijing time', '北京时间 2026年11月23日 17:05', '北京時間 2026年11月23日 17:05']],
  ['America/New_York', ['23 November 2026 at 04:05 GMT-5', 'GMT-5 2026年11月23日 04:05', 'GMT-5 2026年11月23日 04:05']],
] as const;

for (const [zone, expected] of zones) {
  test(`a time is of 24 hours, with its clock by name: ${zone}`, () => {
    const before = process.env.TZ;
    process.env.TZ = zone;
    try {
      assert.deepEqual([en, hans, hant].map((words) => format.time(words, '2026-11-23T09:05:00Z')), expected);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });
}

test('midnight is 00:00', () => {
  const at = new Date(2026, 10, 23, 0, 0).toISOString();
  for (const words of [en, hans, hant]) assert.match(format.shortTime(words, at), /[ ]00:00$/);
});

const named = (code: string): string[] => [en, hans, hant].map((words: Words) => format.jurisdiction(words, code));

test('a jurisdiction is shown by name, in the page’s language', () => {
  assert.deepEqual(named('CN-GD'), ['Guangdong, China', '中国广东', '中國廣東']);
  assert.deepEqual(named('CN'), ['China', '中国', '中國']);
  assert.deepEqual(named('HK'), ['Hong Kong SAR China', '中国香港特别行政区', '中國香港特別行政區']);
  assert.deepEqual(named('CN-HK'), named('HK'));
  assert.deepEqual(named('SG'), ['Singapore', '新加坡', '新加坡']);
});

test('a code that nobody knows stays as it is, with its country where that is known', () => {
  assert.deepEqual(named('CN-QQ'), ['China (CN-QQ)', '中国（CN-QQ）', '中國（CN-QQ）']);
  assert.deepEqual(named('CN-toString'), ['China (CN-toString)', '中国（CN-toString）', '中國（CN-toString）']);
  for (const code of ['XX', 'XX-1', '', 'nowhere', '-']) assert.deepEqual(named(code), [code, code, code]);
});

test('every province has a name in each language', () => {
  assert.equal(Object.keys(provinces).length, 31);
  for (const [code, name] of Object.entries(provinces)) {
    assert.match(code, /^[A-Z]{2}$/);
    assert.doesNotMatch(name.en, han);
    assert.match(name.hans + name.hant, /^\p{Script=Han}+$/u);
  }
});

test('an institution is called by its legal name in the page’s language, with the one that it goes by beside it', () => {
  const named = { legalName: '示范银行 (Demo Bank)', legalNames: { en: 'Demo Bank', 'zh-Hant': '示範銀行' } };
  assert.deepEqual([en, hans, hant].map((words) => format.institution(words, named)), ['Demo Bank', '示范银行 (Demo Bank)', '示範銀行']);
  assert.deepEqual([en, hans, hant].map((words) => format.otherName(words, named)), ['示范银行 (Demo Bank)', undefined, '示范银行 (Demo Bank)']);
  assert.equal(format.institution(en, { legalName: 'Demo Bank' }), 'Demo Bank');
  assert.equal(format.otherName(en, { legalName: 'Demo Bank' }), undefined);
});
