import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestCluster } from './cluster.ts'

// One PostgreSQL for a whole run: `node --test --test-global-setup=test/global-setup.ts`.
// Test processes learn of it by the environment; without it each starts its own.
let cluster: Awaited<ReturnType<typeof startTestCluster>> | undefined
let compiled: string | undefined

export async function globalSetup(): Promise<void> {
  // Each file is a process that loads the same modules: compiled once for all of them.
  compiled = await mkdtemp(join(tmpdir(), 'carnet-test-'))
  process.env.NODE_COMPILE_CACHE = compiled
  cluster = await startTestCluster()
  process.env.CARNET_TEST_CLUSTER = JSON.stringify({ adminUrl: cluster.adminUrl, template: cluster.template })
}

export async function globalTeardown(): Promise<void> {
  await cluster?.close()
  if (compiled) await rm(compiled, { recursive: true, force: true })
}
