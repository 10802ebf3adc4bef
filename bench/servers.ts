import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'

export type Server = { origin: string; pid: number }

/** The server of plain-server.ts, on a folder. */
export async function startPlain(folder: string, opened: AsyncDisposableStack): Promise<Server> {
  await mkdir(folder, { recursive: true })
  const child = spawn(process.execPath, [join(import.meta.dirname, 'plain-server.ts'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  endWith(opened, child)
  const [origin] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { origin, pid: child.pid ?? 0 }
}

/** nginx on a folder, by PUT and by sendfile; undefined where it isn't installed or can't do it. */
export async function startNginx(folder: string, opened: AsyncDisposableStack): Promise<Server | undefined> {
  if (!/http_dav_module/.test(spawnSync('nginx', ['-V'], { encoding: 'utf8' }).stderr ?? '')) return undefined
  for (const path of ['files', 'body']) await mkdir(join(folder, path), { recursive: true })
  await chmod(folder, 0o755)
  const port = await freePort()
  const conf = join(folder, 'nginx.conf')
  const temporary = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${folder}/body;`)
  await writeFile(
    conf,
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 2;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    events {} http { access_log off; sendfile on; tcp_nopush on; client_max_body_size 0; ${temporary.join(' ')}
    client_body_temp_path ${folder}/body; server { listen 127.0.0.1:${port}; root ${folder}/files; dav_methods PUT; } }`,
  )
  const child = spawn('nginx', ['-c', conf, '-e', join(folder, 'error.log')], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  endWith(opened, child)
  const origin = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    if (
      await fetch(origin).then(
        () => true,
        () => false,
      )
    )
      return { origin, pid: child.pid ?? 0 }
    await wait(50)
  }
  return undefined
}

/** Forgets the most memory that a process has held so far. */
export async function resetPeak({ pid }: Server): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5')
}

/** The most memory (bytes) that a process has held since then. */
export async function readPeak({ pid }: Server): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) * 1024
}

function endWith(opened: AsyncDisposableStack, child: ChildProcess): void {
  opened.defer(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
