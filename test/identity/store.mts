import type { Adapter, AdapterPayload } from 'oidc-provider';

const now = () => Math.floor(Date.now() / 1000);

/** What the provider keeps, in memory: clients, grants, tokens, sessions, interactions. */
export class Store {
	readonly #graceSeconds: number;
	readonly #models = new Map<string, Map<string, AdapterPayload>>();

	/** @param graceSeconds how long a refresh token that was used once still passes for unused */
	constructor(graceSeconds: number) {
		this.#graceSeconds = graceSeconds;
	}

	/** The storage of one model, as oidc-provider's configuration wants it. */
	adapter(model: string): Adapter {
		const records = this.records(model);
		const first = (wanted: (record: AdapterPayload) => boolean) =>
			Promise.resolve([...records.values()].find(wanted));
		return {
			find: async (id) => this.#seen(records.get(id)),
			findByUid: (uid) => first((record) => record.uid === uid),
			findByUserCode: (userCode) => first((record) => record.userCode === userCode),
			async upsert(id, payload) {
				records.set(id, payload);
			},
			async consume(id) {
				const record = records.get(id);
				// The grace period counts from the first use.
				if (record) record.consumed ??= now();
			},
			async destroy(id) {
				records.delete(id);
			},
			async revokeByGrantId(grantId) {
				for (const [id, record] of records) if (record.grantId === grantId) records.delete(id);
			},
		};
	}

	/** The live records of one model, by id. */
	records(model: string): Map<string, AdapterPayload> {
		const records = this.#models.get(model) ?? new Map<string, AdapterPayload>();
		this.#models.set(model, records);
		return records;
	}

	/** Moves the end of all records of a model into the past. */
	expire(model: string): void {
		// oidc-provider allows for clocks that differ by 15 seconds.
		for (const record of this.records(model).values()) record.exp = now() - 60;
	}

	#seen(record: AdapterPayload | undefined): AdapterPayload | undefined {
		if (typeof record?.consumed !== 'number') return record;
		if (record.kind !== 'RefreshToken' || record.consumed + this.#graceSeconds <= now()) {
			return record;
		}
		return { ...record, consumed: undefined };
	}
}
