import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from '../../server/db/open.ts'
import { createLog } from '../../server/log.ts'
import { openS3, settingsOf } from '../s3-server.ts'
import { makeTempFolder } from '../temp-folder.ts'
import {
  carry,
  dump,
  emptyMachine,
  listFiles,
  noise,
  openPractice,
  readEveryBlob,
  refused,
  SECRET,
} from './practice.ts'

/** Of no kind that anything is made of to look at: what is stored is what was sent. */
const WORDS = '\0left knee'

const s3 = await openS3()
const newBucket = () => ({ ...settingsOf(s3.place()), BLOB_STORE: 's3' })

test('a practice in a bucket is backed up to a folder, and restored to another bucket, to the one that has it still, or to a disk', async (t) => {
  const bucket = newBucket()
  const { world, send, place } = await openPractice(t, { settings: bucket })
  await send(WORDS)
  await send(noise(300_000))
  assert.deepEqual(await listFiles(join(world.dataDir, 'blobs')).catch(() => ({})), {}, 'the disk has none')
  const dir = join(await makeTempFolder(), 'backup')
  const said = await carry(['backup', dir], place, { SECRET, ...bucket })
  assert.match(said, /2 files and previews .*, of which 2 are new/)
  assert.match(await carry(['backup', dir], place, { SECRET, ...bucket }), /of which 0 are new/)
  const before = await dump(world.database.pool)
  for (const where of [newBucket(), bucket, {}] as Record<string, string>[]) {
    const machine = await emptyMachine(t, world)
    const restore = ['restore', dir]
    if (where === bucket) {
      // What is tried out there would sweep away what the practice adds.
      assert.match(
        await refused(restore, machine, where),
        /in the bucket belongs to another database.*--adopt-files/,
      )
      restore.push('--adopt-files')
    }
    await carry(restore, machine, where)
    assert.deepEqual(await dump(machine.pool), before)
    const { db, close } = connect(machine.url, 2, createLog('error'))
    assert.equal(await readEveryBlob({ db, dataDir: machine.dataDir }, where).finally(close), 2)
    assert.equal((await readdir(machine.dataDir)).includes('restoring'), false)
  }
  const now = await refused(['check'], place, { SECRET, ...bucket })
  assert.match(now, /in the bucket belongs to another database/)
})
