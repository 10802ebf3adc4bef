import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { getRequestListener } from '@hono/node-server'
import { listen, TOO_SLOW } from '../../server/listener.ts'
import { StartError } from '../../server/start-error.ts'

// Less than what idle connections are given anyway.
const SOON = { timeout: 30_000 }

const address = (listener: { port: number }) => `http://127.0.0.1:${listener.port}/`

test('until the app is there, every request is asked to come back', async (t) => {
  const listener = await listen('127.0.0.1', 0)
  t.after(listener.close)
  const answer = await fetch(address(listener))
  assert.equal(answer.status, 503)
  assert.equal(answer.headers.get('retry-after'), '2')
  listener.serve((_request, response) => response.end('here'))
  assert.equal(await (await fetch(address(listener))).text(), 'here')
})

test('a port in use, and an address that is not ours, are refused in one line', async (t) => {
  const listener = await listen('127.0.0.1', 0)
  t.after(listener.close)
  await assert.rejects(listen('127.0.0.1', listener.port), (error) => {
    return error instanceof StartError && error.message.startsWith(`PORT: ${listener.port} is already in use`)
  })
  await assert.rejects(listen('192.0.2.1', 0), /HOST: 192\.0\.2\.1 is not an address of this machine/)
})

test(
  'closing lets a request under way finish, refuses new ones, and is not held by idle connections',
  SOON,
  async () => {
    const listener = await listen('127.0.0.1', 0, 600_000)
    const begun = Promise.withResolvers<ServerResponse>()
    listener.serve((request, response) => {
      if (request.url === '/') response.end('quick')
      else {
        response.write('first half, ')
        begun.resolve(response)
      }
    })
    // This one stays open, idle, as browsers keep it.
    await (await fetch(address(listener))).text()
    const slow = fetch(`${address(listener)}slow`)
    const response = await begun.promise
    const closed = listener.close()
    await assert.rejects(fetch(address(listener)))
    response.end('second half')
    assert.equal(await (await slow).text(), 'first half, second half')
    await closed
  },
)

test('whoever is refused while sending hears so, and asks on the same connection', SOON, async (t) => {
  const listener = await listen('127.0.0.1', 0)
  t.after(listener.close)
  listener.serve(
    getRequestListener(async ({ method, body }) => {
      if (method === 'GET') return new Response('here')
      await body?.getReader().read()
      return new Response('refused', { status: 503 })
    }),
  )
  const socket = connect(listener.port, '127.0.0.1')
  t.after(() => socket.destroy())
  const size = 8 * 1024 * 1024
  socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`)
  socket.write(randomBytes(size))
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const [refused, answered] = (await text(socket)).split('HTTP/1.1 200')
  assert.match(refused ?? '', /503[\s\S]*refused/)
  assert.match(answered ?? '', /here/)
})

test('closing cuts what does not finish in time', SOON, async () => {
  const listener = await listen('127.0.0.1', 0, 10)
  const begun = Promise.withResolvers<void>()
  listener.serve(() => begun.resolve())
  const socket = connect(listener.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await begun.promise
  const cut = once(socket, 'close')
  await listener.close()
  await cut
})

test(
  'who sends a byte every now and then is dropped; who sends on, or waits for us, is not',
  SOON,
  async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const listener = await listen('127.0.0.1', 0, 10)
    t.after(listener.close)
    const came: Record<string, number> = {}
    let news = Promise.withResolvers<void>()
    listener.serve((request) => {
      came[request.url ?? ''] = 0
      request.on('data', (bytes) => {
        came[request.url ?? ''] += bytes.length
        news.resolve()
      })
      news.resolve()
      request.on('error', () => {})
    })
    const open = (path: string, size: number) => {
      const socket = connect(listener.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(`PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`)
      t.after(() => socket.destroy())
      return socket
    }
    const haveCome = async (wanted: Record<string, number>) => {
      while (Object.entries(wanted).some(([path, size]) => came[path] !== size)) {
        await news.promise
        news = Promise.withResolvers()
      }
    }
    const steady = open('/steady', 10 * TOO_SLOW.bytes)
    const waiting = open('/waiting', 0)
    const slow = open('/slow', 1000)
    const dropped = once(slow, 'close')
    await haveCome({ '/steady': 0, '/waiting': 0, '/slow': 0 })
    for (const time of [1, 2]) {
      slow.write('x')
      steady.write(Buffer.alloc(TOO_SLOW.bytes))
      await haveCome({ '/steady': time * TOO_SLOW.bytes, '/slow': time })
      assert.equal(slow.destroyed, false)
      t.mock.timers.tick(TOO_SLOW.ms)
    }
    await dropped
    steady.write('x')
    await haveCome({ '/steady': 2 * TOO_SLOW.bytes + 1 })
    assert.deepEqual([steady.destroyed, waiting.destroyed], [false, false])
  },
)

test('who reads a byte every now and then is dropped', SOON, async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const listener = await listen('127.0.0.1', 0, 10)
  t.after(listener.close)
  const begun = Promise.withResolvers<ServerResponse>()
  listener.serve((_request, response) => {
    // More than the buffers of two sockets take.
    response.write(Buffer.alloc(64 * 1024 * 1024))
    begun.resolve(response)
  })
  const socket = connect(listener.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const response = await begun.promise
  const closed = once(response, 'close')
  await once(socket, 'readable')
  for (let time = 0; time < 2; time++) {
    socket.read(1)
    t.mock.timers.tick(TOO_SLOW.ms)
  }
  await closed
})
