import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** A mail server that keeps what it is given, as far as a client needs it. `refuse` answers 451 instead. */
export async function startSmtp(t: Pick<TestContext, 'after'>) {
  const received: string[] = []
  const state = { refuse: false }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    let pending = ''
    let body: string | null = null
    socket.write('220 test\r\n')
    socket.on('data', (chunk) => {
      pending += chunk
      for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
        const line = pending.slice(0, end)
        pending = pending.slice(end + 2)
        if (body !== null && line !== '.') body += `${line}\r\n`
        else if (body !== null) {
          if (!state.refuse) received.push(body)
          body = null
          socket.write(state.refuse ? '451 try again later\r\n' : '250 kept\r\n')
        } else if (/^DATA/i.test(line)) {
          body = ''
          socket.write('354 go on\r\n')
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n')
        else socket.write('250 ok\r\n')
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, received, state }
}
