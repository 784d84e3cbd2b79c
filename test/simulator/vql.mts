import { VaultError } from './answers.mts';
import type { QueryRecord } from './types.mts';

/** The object of which there are as many records as a test wants. */
export const READINGS = 'reading__c';

/** The object of the Vault's users. */
export const USERS = 'user__sys';

const MAX_PAGE = 1000;
const FIELDS: Record<string, readonly string[]> = {
	documents: ['id', 'name__v', 'created_by__v'],
	[USERS]: ['id', 'name__v', 'username__sys', 'email__sys', 'first_name__sys', 'last_name__sys'],
	[READINGS]: ['id', 'name__v', 'value__c'],
};
const RELATED = ['id', 'name__v'];

/**
 * Reads as much of VQL as tests need: fields, sub-queries over relationships (`…__vr`, `…__cr`), `WHERE field = 'value'`
 * with AND, `MAXROWS` and `PAGESIZE`.
 *
 * @throws INCORRECT_QUERY_SYNTAX_ERROR
 */
export function parseVql(vql: string): QueryRecord {
	return new Parser(vql).query();
}

class Parser {
	readonly #vql: string;
	readonly #tokens: string[];

	constructor(vql: string) {
		this.#vql = vql;
		this.#tokens = vql.match(/'(?:[^'\\]|\\.)*'|[A-Za-z_][\w.]*|\d+|\S/g) ?? [];
	}

	query(): QueryRecord {
		const query = this.#select(FIELDS);
		if (this.#tokens.length > 0) throw this.#error(`unexpected ${this.#tokens[0]}`);
		return query;
	}

	#select(targets: Record<string, readonly string[]> | undefined): QueryRecord {
		this.#expect('SELECT');
		const fields: QueryRecord['fields'] = [];
		do fields.push(this.#field());
		while (this.#skip(','));
		this.#expect('FROM');
		const target = this.#take(/^\w+$/, 'the name of a target');
		const known = targets ? targets[target] : /__[vc]r$/.test(target) ? RELATED : undefined;
		if (!known) throw this.#error(`unknown target ${target}`);
		for (const field of fields) {
			if (typeof field === 'string' && !known.includes(field)) {
				throw this.#error(`unknown field ${field}`);
			}
		}
		const conditions: QueryRecord['conditions'] = [];
		if (this.#skip('WHERE')) {
			do conditions.push(this.#condition());
			while (this.#skip('AND'));
		}
		const maxRows = this.#skip('MAXROWS') ? this.#number() : undefined;
		const pageSize = Math.min(this.#skip('PAGESIZE') ? this.#number() : MAX_PAGE, MAX_PAGE);
		return { target, fields, conditions, pageSize, ...(maxRows !== undefined && { maxRows }) };
	}

	#field(): string | QueryRecord {
		if (!this.#skip('(')) return this.#take(/^[A-Za-z_]\w*$/, 'a field');
		const query = this.#select(undefined);
		this.#expect(')');
		return query;
	}

	#condition(): { field: string; value: string } {
		const field = this.#take(/^[A-Za-z_]\w*$/, 'a field');
		this.#expect('=');
		const value = this.#take(/^(\d+|'.*')$/s, 'a value');
		return { field, value: value.replace(/^'|'$/g, '').replace(/\\(.)/gs, '$1') };
	}

	#number(): number {
		const number = Number(this.#take(/^\d+$/, 'a number'));
		if (number < 1) throw this.#error('a number must be at least 1');
		return number;
	}

	#skip(word: string): boolean {
		if (this.#tokens[0]?.toUpperCase() !== word) return false;
		this.#tokens.shift();
		return true;
	}

	#expect(word: string): void {
		if (!this.#skip(word)) throw this.#error(`${word} expected`);
	}

	#take(pattern: RegExp, what: string): string {
		const token = this.#tokens[0] ?? '';
		if (!pattern.test(token)) throw this.#error(`${what} expected`);
		this.#tokens.shift();
		return token;
	}

	#error(why: string): VaultError {
		return new VaultError(
			'INCORRECT_QUERY_SYNTAX_ERROR',
			`The query cannot be read: ${this.#vql} (${why})`,
		);
	}
}
