import fc from 'fast-check';

import { fileNameOf } from '../../nodes/VeevaVault/vault/fileName';

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
])('%s is %s', (disposition, expected) => {
	expect(name(disposition)).toBe(expected);
});

test('without a header it is the last part of the path', () => {
	expect(fileNameOf({}, '/api/v25.2/services/file_staging/items/content/a/b.docx')).toBe('b.docx');
	expect(fileNameOf({}, '/')).toBe('file');
});

test('whatever the header says, it is the name of a file in no folder', () => {
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
