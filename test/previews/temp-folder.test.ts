import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { makeTempFolder } from '../../server/previews/temp-folder.ts'

/** A process with a temporary folder in which an office file lies. */
async function startOther(t: TestContext) {
  const from = JSON.stringify(import.meta.resolve('../../server/previews/temp-folder.ts'))
  const program = `import { makeTempFolder } from ${from}
    process.stdout.write(makeTempFolder())
    process.stdin.resume()`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  const [path] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const kill = async () => {
    child.kill('SIGKILL')
    await gone
  }
  t.after(async () => {
    await kill()
    rmSync(path, { recursive: true, force: true })
  })
  await writeFile(join(path, 'knee.docx'), 'left knee')
  return { path, kill }
}

test('what a killed process left of its temporary folder is removed by the next, and nobody else’s', async (t) => {
  const [killed, living] = [await startOther(t), await startOther(t)]
  const [first, second] = [makeTempFolder(), makeTempFolder()]
  t.after(() => {
    for (const path of [first, second]) rmSync(path, { recursive: true })
  })
  assert.deepEqual([existsSync(killed.path), existsSync(living.path), existsSync(first)], [true, true, true])
  await killed.kill()
  const third = makeTempFolder()
  t.after(() => rmSync(third, { recursive: true }))
  assert.deepEqual(
    [killed.path, living.path, first, second].map((path) => existsSync(path)),
    [false, true, true, true],
  )
})
