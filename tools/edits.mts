import { Failure } from '../harness/failure.mts';

/* Small edits of source texts. Prettier puts the result in order. */

/**
 * Adds a declaration at the end of a file.
 *
 * @throws {Failure} when the file has one of that name
 */
export function addedExport(text: string, declaration: string): string {
	const name = /^export (?:const|function) (\w+)/m.exec(declaration)?.[1];
	if (name !== undefined && new RegExp(`^export (?:const|function) ${name}\\b`, 'm').test(text)) {
		throw new Failure(`${name} already exists`);
	}
	return `${text.trimEnd()}\n\n${declaration}`;
}

/**
 * Imports a name, with the others from the same file where there are any, and otherwise in the order of the paths.
 *
 * @param name as it stands in the braces: `getAll`, or `getAll as documentGetAll`
 * @param from a relative path, as it stands in the import
 */
export function addedImport(text: string, name: string, from: string): string {
	const existing = new RegExp(`^import \\{\\s*([^}]*?),?\\s*\\} from '${escaped(from)}';$`, 'm');
	if (existing.test(text)) {
		return text.replace(
			existing,
			(_, names: string) => `import { ${names}, ${name} } from '${from}';`,
		);
	}
	const line = `import { ${name} } from '${from}';\n`;
	return inserted(text, /^import [^;]* from '(\.\/[^']+)';$/gm, /^$/m, line, from);
}

/**
 * Adds an element at the end of a list.
 *
 * @param start matches the text up to the list's opening bracket
 */
export function addedToList(text: string, start: RegExp, element: string): string {
	const found = start.exec(text);
	if (found === null) throw new Failure(`There is no list to add ${element} to`);
	const begin = found.index + found[0].length;
	const end = text.indexOf(']', begin);
	const elements = text.slice(begin, end).trim().replace(/,$/, '');
	const separator = elements === '' ? '' : ', ';
	return `${text.slice(0, begin)}${elements}${separator}${element}${text.slice(end)}`;
}

/**
 * Inserts a text in alphabetical order.
 *
 * @param entries matches each existing entry. Its first group is the key, and the new text comes before its beginning.
 * @param end matches the place to insert at when no entry comes after
 * @param addition the new text, whole lines
 * @param key the key of the new text
 */
export function inserted(
	text: string,
	entries: RegExp,
	end: RegExp,
	addition: string,
	key: string,
): string {
	const next = [...text.matchAll(entries)].find(([, other]) => other.localeCompare(key) > 0);
	const at = next?.index ?? end.exec(text)?.index ?? text.length;
	return text.slice(0, at) + addition + text.slice(at);
}

function escaped(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
