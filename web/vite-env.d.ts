/// <reference types="vite/client" />

/** The contract's methods and paths, written by vite.config.ts; the types are the whole contract's. */
declare module 'virtual:contract' {
  export const contract: typeof import('../core/api/contract.ts').contract
}
