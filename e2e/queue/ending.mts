/** How often it is checked whether whoever started this process is still there. */
const CHECK_MS = 1000;

/**
 * Makes this process end with whoever started it, however that ends, and when it is asked to. What it has started ends
 * with it then, which would not be so if it just died.
 */
export function endWithParent(): void {
	const end = () => process.exit(1);
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
	const parent = process.ppid;
	setInterval(() => {
		if (process.ppid !== parent) end();
	}, CHECK_MS).unref();
}
