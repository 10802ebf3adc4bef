import { late } from '../../../web/parts/late.tsx'

function Part({ text }: { text: string }) {
  return <p>{text}</p>
}

const comes = { first: Promise.withResolvers<typeof Part>(), second: Promise.withResolvers<typeof Part>() }
const First = late(() => comes.first.promise, <p>The first is waited for</p>)
const Second = late(() => comes.second.promise, <p>The second is waited for</p>)

/** A part that comes when it is asked for, and one that does between its drawing and its effects. */
export function LateExample() {
  void Second.fetch()
  comes.second.resolve(Part)
  return (
    <>
      <button type="button" onClick={() => comes.first.resolve(Part)}>
        Let the first come
      </button>
      <First text="The first is there" />
      <Second text="The second is there" />
    </>
  )
}
