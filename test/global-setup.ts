import { startTestCluster } from './cluster.ts'

// One PostgreSQL for a whole run: `node --test --test-global-setup=test/global-setup.ts`.
// Test processes learn of it by the environment; without it each starts its own.
let cluster: Awaited<ReturnType<typeof startTestCluster>> | undefined

export async function globalSetup(): Promise<void> {
  cluster = await startTestCluster()
  process.env.CARNET_TEST_CLUSTER = JSON.stringify({ adminUrl: cluster.adminUrl, template: cluster.template })
}

export async function globalTeardown(): Promise<void> {
  await cluster?.close()
}
