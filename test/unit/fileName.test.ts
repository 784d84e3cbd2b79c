import { fileNameOf } from '../../nodes/VeevaVault/operations/api/fileName';
import { fc } from '../fc.mts';

const PATH = '/api/v25.2/objects/documents/1/file?x=y';
const name = (disposition: string) => fileNameOf({ 'Content-Disposition': disposition }, PATH);
/** As Node reads bytes of a header. */
const bytes = (text: string) => Buffer.from(text).toString('latin1');

test.each([
	['attachment;filename="Wonder Drug Survey.docx"', 'Wonder Drug Survey.docx'],
	['attachment; filename=plain.pdf', 'plain.pdf'],
	['attachment; filename="a \\"b\\".pdf"', 'a _b_.pdf'],
	["attachment; filename*=UTF-8''Beipack%20%C3%84.pdf", 'Beipack Ä.pdf'],
	['attachment; filename="x.pdf"; filename*=utf-8\'de\'%C3%84.pdf', 'Ä.pdf'],
	["attachment; filename*=iso-8859-1''%C4.pdf", 'Ä.pdf'],
	["attachment; filename*=UTF-8''%zz; filename=fallback.pdf", 'fallback.pdf'],
	[`attachment; filename="${bytes('Ä 日本.pdf')}"`, 'Ä 日本.pdf'],
	['attachment; filename="\xc4.pdf"', 'Ä.pdf'],
	['attachment; filename="../../etc/passwd"', 'passwd'],
	['attachment; filename="C:\\\\temp\\\\a.txt"', 'a.txt'],
	['attachment; filename=".."', 'file'],
	['attachment; filename="a;b.txt"', 'a;b.txt'],
	['attachment', 'file'],
	['', 'file'],
])('the header %s names the file %s', (disposition, expected) => {
	expect(name(disposition)).toBe(expected);
});

test('without a header, the file has the last part of the path as its name', () => {
	expect(fileNameOf({}, '/api/v25.2/services/file_staging/items/content/a/b.docx')).toBe('b.docx');
	expect(fileNameOf({}, '/')).toBe('file');
});

test.each([
	['My%20File%20%C3%A4.pdf', 'My File ä.pdf'],
	['a%2Fb.pdf', 'b.pdf'],
	['..%5C..%5Cb.pdf', 'b.pdf'],
	['a%0D%0Ab%3A.pdf', 'a__b_.pdf'],
	['%2E%2E', 'file'],
	['100%25.pdf', '100%.pdf'],
	['100%.pdf', '100%.pdf'],
	['%C4.pdf', '%C4.pdf'],
])('a file of the path %s is named %s', (part, expected) => {
	expect(fileNameOf({}, `/api/v25.2/services/file_staging/items/content/u1/${part}`)).toBe(
		expected,
	);
});

test('whatever the header says, the name is that of a file without a folder', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, encoded) => {
			const disposition = encoded
				? `attachment; filename*=UTF-8''${encodeURIComponent(Buffer.from(text).toString())}`
				: `attachment; filename="${text}"`;
			const found = name(disposition);
			expect(found).not.toMatch(/[/\\\p{Cc}]|^\.*$/u);
			expect(found.length).toBeLessThanOrEqual(200);
		}),
		{ numRuns: 1000 },
	);
});

test('whatever the path is, the name is that of a file without a folder', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, encoded) => {
			const part = encoded ? encodeURIComponent(text) : text;
			const found = fileNameOf({}, `/api/v25.2/services/file_staging/items/content/${part}`);
			expect(found).not.toMatch(/[/\\\p{Cc}]|^\.*$/u);
			expect(found.length).toBeLessThanOrEqual(200);
		}),
		{ numRuns: 1000 },
	);
});
