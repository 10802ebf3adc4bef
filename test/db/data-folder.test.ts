import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDataFolder, readSecretKey } from '../../server/data-folder.ts'
import { StartError } from '../../server/start-error.ts'
import { makeTempFolder } from '../temp-folder.ts'

test('the data folder is made, for its owner only', async () => {
  const folder = join(await makeTempFolder(), 'a', 'b')
  await openDataFolder(folder)
  await openDataFolder(folder)
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
})

test('a symbolic link in the data folder is refused by name', async () => {
  const folder = await makeTempFolder()
  await mkdir(join(folder, 'elsewhere'))
  for (const name of ['blobs', 'postgres', 'uploads', 'secret']) {
    const data = join(folder, `with-${name}`)
    await mkdir(data)
    await symlink(join(folder, 'elsewhere'), join(data, name))
    await assert.rejects(
      openDataFolder(data),
      new RegExp(`DATA_DIR: .*/with-${name}/${name} is a symbolic link`),
    )
  }
})

test('a data folder that cannot be one is refused in one line', async () => {
  const file = join(await makeTempFolder(), 'file')
  await writeFile(file, '')
  await assert.rejects(openDataFolder(file), StartError)
  await assert.rejects(openDataFolder(join(file, 'below')), StartError)
})

test('the secret key is made once, for its owner only, whoever asks at once', async () => {
  const folder = await makeTempFolder()
  const keys = await Promise.all(Array.from({ length: 16 }, () => readSecretKey(folder)))
  assert.equal(new Set(keys).size, 1)
  assert.match(keys[0] ?? '', /^[0-9a-f]{64}$/)
  assert.deepEqual(await readdir(folder), ['secret'])
  assert.equal((await stat(join(folder, 'secret'))).mode & 0o777, 0o600)
  assert.equal(await readSecretKey(folder), (await readFile(join(folder, 'secret'), 'utf8')).trim())
})

test('a damaged secret key is never replaced silently', async () => {
  const folder = await makeTempFolder()
  await writeFile(join(folder, 'secret'), '')
  await assert.rejects(readSecretKey(folder), /secret doesn't hold a key/)
  assert.equal(await readFile(join(folder, 'secret'), 'utf8'), '')
})
