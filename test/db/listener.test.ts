import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { listen } from '../../server/listener.ts'
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
