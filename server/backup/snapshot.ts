import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { syncFolder } from '../data-folder.ts'
import { readApplied, withoutMigrations } from '../db/migrate.ts'
import { listPendingJobs } from '../jobs.ts'
import { StartError } from '../start-error.ts'
import { writeCompressed } from './files.ts'
import type { Manifest } from './manifest.ts'
import { writeNamed } from './names.ts'
import { copyOut, describeCopy, listSequences, listTables } from './tables.ts'

/** Of a snapshot's files, those that others read. */
export const FILES = { jobs: 'jobs.gz', blobs: 'blobs.gz' }

export const tableFile = (name: string) => join('tables', `${name}.gz`)

export type Rows = Omit<Manifest, 'format' | 'blobs' | 'problems' | 'secret'>

/**
 * Writes all rows, as they are at one moment, to a folder, and to `named` which blobs they refer to.
 * Locks nobody out but who would change the schema.
 */
export async function writeRows(client: pg.ClientBase, folder: string, named: string): Promise<Rows> {
  await mkdir(join(folder, 'tables'), { mode: 0o700 })
  return withoutMigrations(client, async () => {
    await client.query('begin isolation level repeatable read read only')
    // Other settings of a server would write other texts.
    await client.query(`set local datestyle = 'ISO, MDY'; set local intervalstyle = 'postgres';
      set local bytea_output = 'hex'; set local extra_float_digits = 1; set local timezone = 'UTC'`)
    const migrations = await readApplied(client)
    if (migrations.length === 0) throw new StartError('there is nothing to back up: Carnet never ran here')
    const tables = []
    for (const table of await listTables(client)) {
      const rows = await copyOut(client, describeCopy(table), join(folder, tableFile(table.name)))
      tables.push({ ...table, rows })
    }
    await syncFolder(join(folder, 'tables'))
    await writeNamed(client, named)
    const jobs = await listPendingJobs(client)
    await writeCompressed(join(folder, FILES.jobs), linesOf(jobs))
    const { rows } = await client.query<{ at: Date; practice: string | null }>(
      'select now() as at, (select id from company order by created_at, id limit 1) as practice',
    )
    const facts = {
      takenAt: rows[0]?.at.toISOString() ?? '',
      practice: rows[0]?.practice ?? null,
      migrations,
      tables,
      // They run ahead of every transaction: read last, they are beyond all rows.
      sequences: await listSequences(client),
      jobs: jobs.length,
      masterKey: await readMasterFingerprint(client),
    }
    await client.query('commit')
    return facts
  })
}

async function readMasterFingerprint(client: pg.ClientBase): Promise<string | null> {
  const { rows } = await client.query(`select to_regclass('public.company_key') is not null as there`)
  if (!rows[0].there) return null
  const found = await client.query<{ master: string }>('select master from company_key limit 1')
  return found.rows[0]?.master ?? null
}

async function* linesOf(values: readonly unknown[]) {
  for (const value of values) yield `${JSON.stringify(value)}\n`
}
