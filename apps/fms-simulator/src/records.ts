/** The kinds of things that are kept, each under ids of its own. */
export type RecordKind = 'order' | 'cancel' | 'hidden' | 'subscription' | 'delivery' | 'device' | 'service' | 'task' | 'setting'

/** Where changes go besides memory: all of one `write`, or none. */
export interface RecordFile {
  read(): Iterable<{ readonly kind: RecordKind; readonly id: string; readonly document: unknown }>
  write(changes: Iterable<{ readonly kind: RecordKind; readonly id: string; readonly document: unknown }>): void
  close(): void
}

/**
 * Everything that the simulator knows, in memory, in the order in which it came. With a file, whatever changed since the last `flush` is
 * written to it then, together. Documents are never changed in place.
 */
export class Records {
  readonly #kinds = new Map<RecordKind, Map<string, unknown>>()
  readonly #file: RecordFile | undefined
  #changed = new Map<string, { kind: RecordKind; id: string; document: unknown }>()

  constructor(file?: RecordFile) {
    this.#file = file
    for (const { kind, id, document } of file?.read() ?? []) this.#of(kind).set(id, document)
  }

  /** The caller names the type of what it keeps under a kind: see `kept.ts`, which is the only one to call this. */
  table<T>(kind: RecordKind): Table<T> {
    const documents = this.#of(kind) as Map<string, T>
    return {
      get: id => documents.get(id),
      all: () => documents.values(),
      size: () => documents.size,
      put: (id, document) => {
        documents.set(id, document)
        this.#mark(kind, id, document)
      },
      remove: id => {
        if (documents.delete(id)) this.#mark(kind, id, undefined)
      }
    }
  }

  flush(): void {
    if (this.#changed.size === 0) return
    const changes = this.#changed
    this.#changed = new Map()
    this.#file?.write(changes.values())
  }

  close(): void {
    this.flush()
    this.#file?.close()
  }

  #of(kind: RecordKind): Map<string, unknown> {
    const known = this.#kinds.get(kind)
    if (known) return known
    const made = new Map<string, unknown>()
    this.#kinds.set(kind, made)
    return made
  }

  #mark(kind: RecordKind, id: string, document: unknown): void {
    if (this.#file) this.#changed.set(`${kind} ${id}`, { kind, id, document })
  }
}

export interface Table<T> {
  get(id: string): T | undefined
  all(): Iterable<T>
  size(): number
  put(id: string, document: T): void
  remove(id: string): void
}
