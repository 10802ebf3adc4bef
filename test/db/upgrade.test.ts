import assert from 'node:assert/strict'
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { migrate } from '../../server/db/migrate.ts'
import { createLog } from '../../server/log.ts'
import { openTestDatabase } from '../database.ts'
import { makeTempFolder } from '../temp-folder.ts'

const MIGRATIONS = join(import.meta.dirname, '../../server/db/migrations')
const log = createLog('error')

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const AT = '2026-01-02T03:04:05Z'

/** A practice as the first versions kept it: whatever came later must make the same of it as of new rows. */
const PRACTICE = `
  insert into company (id, name, quota_bytes, created_at) values ('${id(1)}', 'Practice', 1000000, '${AT}');
  insert into branch (id, company_id, name, created_at) values ('${id(2)}', '${id(1)}', 'Laval', '${AT}');
  insert into person (id, name, email, created_at, updated_at) values
    ('${id(3)}', 'Elise', 'elise@example.test', '${AT}', '${AT}'),
    ('${id(4)}', 'Camille', 'camille@example.test', '${AT}', '${AT}');
  insert into professional (id, company_id, person_id, name, profile, created_at) values
    ('${id(5)}', '${id(1)}', '${id(3)}', 'Elise', 'super_admin', '${AT}');
  insert into professional_branch values ('${id(5)}', '${id(1)}', '${id(2)}');
  insert into client (id, person_id, name, email, created_at) values
    ('${id(6)}', '${id(4)}', 'Camille', 'camille@example.test', '${AT}');
  insert into client_company (client_id, company_id, created_at) values ('${id(6)}', '${id(1)}', '${AT}');
  insert into client_branch values ('${id(6)}', '${id(1)}', '${id(2)}');
  insert into space (id, client_id, created_at) values ('${id(7)}', '${id(6)}', '${AT}');
  insert into stakeholder (space_id, professional_id, since) values ('${id(7)}', '${id(5)}', '${AT}');
  insert into blob (id, key, size, sha256, type, created_at)
    select ('00000000-0000-4000-8000-' || lpad((100 + n)::text, 12, '0'))::uuid, 'key ' || n, n * 1000, '', 'text/plain', '${AT}'
    from generate_series(1, 6) n;
  insert into preview (blob_id, variant, key, type, size, width, height, created_at) values
    ('${id(101)}', 'thumb', 'preview', 'image/webp', 10, 1, 1, '${AT}');
  insert into item (id, space_id, parent_id, kind, name, owner_professional_id, owner_client_id, company_id, branch_id,
      level, blob_id, created_at, changed_at) values
    ('${id(10)}', '${id(7)}', null, 'folder', 'Outer', '${id(5)}', null, '${id(1)}', '${id(2)}', 'company', null, '${AT}', '${AT}'),
    ('${id(11)}', '${id(7)}', '${id(10)}', 'folder', 'Inner', '${id(5)}', null, '${id(1)}', '${id(2)}', 'company', null, '${AT}', '${AT}'),
    ('${id(12)}', '${id(7)}', '${id(11)}', 'file', 'Shared', '${id(5)}', null, '${id(1)}', '${id(2)}', 'me_client', '${id(101)}', '${AT}', '${AT}'),
    ('${id(13)}', '${id(7)}', '${id(11)}', 'file', 'Mine', '${id(5)}', null, '${id(1)}', '${id(2)}', 'me', '${id(102)}', '${AT}', '${AT}'),
    ('${id(14)}', '${id(7)}', '${id(10)}', 'file', 'Theirs', null, '${id(6)}', null, null, 'client', '${id(103)}', '${AT}', '${AT}'),
    ('${id(15)}', '${id(7)}', null, 'file', 'Root', '${id(5)}', null, '${id(1)}', '${id(2)}', 'branch', '${id(104)}', '${AT}', '${AT}'),
    ('${id(16)}', '${id(7)}', '${id(10)}', 'file', 'Gone', '${id(5)}', null, '${id(1)}', '${id(2)}', 'everybody', '${id(105)}', '${AT}', '${AT}');
  insert into deletion (id, space_id, professional_id, at, undo_until, purge_after) values
    ('${id(20)}', '${id(7)}', '${id(5)}', '${AT}', '${AT}', '${AT}');
  update item set deletion_id = '${id(20)}' where id = '${id(16)}';
  insert into upload (id, space_id, professional_id, name, level, size, bytes, staging, created_at, expires_at) values
    ('${id(21)}', '${id(7)}', '${id(5)}', 'Coming', 'me', 5000, 10, 'staged', '${AT}', '${AT}');`

/** Every row of every table, but of the record of migrations, and of which database it is. */
async function openAt(t: TestContext, versions: readonly string[]) {
  const { pool, close } = await openTestDatabase({ empty: true })
  t.after(close)
  const folder = join(await makeTempFolder(), 'migrations')
  await mkdir(folder)
  for (const name of versions) await copyFile(join(MIGRATIONS, name), join(folder, name))
  await migrate(pool, log, folder)
  return {
    pool,
    async dump() {
      const { rows: tables } = await pool.query(`select table_name as name from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('migration', 'installation') order by 1`)
      const rows = tables.map(async ({ name }) => {
        // Whose quota an upload counts for is said by whoever begins it.
        const { rows } = await pool.query(
          `select to_jsonb(r) ${name === 'upload' ? "- 'quota_company_id'" : ''} as row from "${name}" r
          order by to_jsonb(r)::text`,
        )
        return [name, rows.map(({ row }) => row)]
      })
      return Object.fromEntries(await Promise.all(rows))
    },
  }
}

test('what any earlier version kept is, once migrated, what this version would have kept', async (t) => {
  const versions = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).toSorted()
  const newest = await openAt(t, versions)
  await newest.pool.query(PRACTICE)
  const expected = await newest.dump()
  assert.ok(expected.folder_content.length > 3 && expected.item.length === 7)
  for (let count = 2; count < versions.length; count++) {
    const older = await openAt(t, versions.slice(0, count))
    await older.pool.query(PRACTICE)
    await migrate(older.pool, log, MIGRATIONS)
    assert.deepEqual(await older.dump(), expected, `from ${versions[count - 1]}`)
  }
})

test('what a client added whom nobody followed any more counts, once migrated, for the last company that did', async (t) => {
  const versions = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).toSorted()
  const { pool } = await openAt(
    t,
    versions.filter((name) => name < '0024'),
  )
  await pool.query(PRACTICE)
  await pool.query('update client_company set archived_at = now()')
  const used = async () => (await pool.query('select bytes from company_use')).rows[0].bytes
  const before = await used()
  await migrate(pool, log, MIGRATIONS)
  assert.deepEqual([await used()], [before + 3000])
})
