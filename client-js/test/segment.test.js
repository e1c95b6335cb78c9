import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSegment, encodeSegment } from '#client';

const SEGMENTS = {
  '': '_',
  a: 'a',
  'ann-Lee-7': 'ann-Lee-7',
  'ann@example.com': 'ann_0040example_002ecom',
  한: '_d55c',
  _: '_005f',
  _0040: '_005f0040',
  '😀': '_d83d_de00',
  '\u0000\n': '_0000_000a',
  '*': '_002a',
  'é': '_00e9',
  '\ud83d': '_d83d',
  'a.b,c/d': 'a_002eb_002cc_002fd',
};
for (const [text, segment] of Object.entries(SEGMENTS)) {
  test(`${JSON.stringify(text)} as a segment is ${segment}, and back`, () => {
    assert.equal(encodeSegment(text), segment);
    assert.equal(decodeSegment(segment), text);
    assert.match(segment, /^[A-Za-z0-9_-]+$/);
  });
}

test('every code unit comes back', () => {
  for (let unit = 0; unit < 0x10000; unit++) {
    const text = String.fromCharCode(unit, unit);
    assert.equal(decodeSegment(encodeSegment(text)), text);
  }
});

const WRONG = ['', '__', 'a_', '_a', '_00', '_D55C', '_d55C', '_0061', '_002d', '_005a', 'a@b', 'a.b', '한', '_005', 'a b'];
for (const segment of WRONG) {
  test(`${JSON.stringify(segment)} is not a segment that encodeSegment makes`, () => {
    assert.throws(() => decodeSegment(segment), { message: `Not made by encodeSegment: ${segment}` });
  });
}

test('anything but a text is refused', () => {
  for (const value of [undefined, null, 1, {}, ['a']]) {
    assert.throws(() => encodeSegment(value), TypeError);
    assert.throws(() => decodeSegment(value), /encodeSegment/);
  }
});
