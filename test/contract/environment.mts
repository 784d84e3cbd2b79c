import { TestEnvironment } from 'jest-environment-node';
import nock from 'nock';

/**
 * Jest's Node environment, without a network and with nock, which is an ES module: tests are run as CommonJS and
 * cannot load it themselves.
 */
export default class ContractEnvironment extends TestEnvironment {
	override async setup(): Promise<void> {
		await super.setup();
		if (!nock.isActive()) nock.activate();
		nock.disableNetConnect();
		this.global.nock = nock;
	}

	override async teardown(): Promise<void> {
		nock.cleanAll();
		nock.emitter.removeAllListeners();
		nock.enableNetConnect();
		nock.restore();
		await super.teardown();
	}
}
