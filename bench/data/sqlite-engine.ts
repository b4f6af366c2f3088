import { rmSync } from 'node:fs'
import type { EngineUnderTest } from '../engine-under-test.ts'
import { copyOf, plainCopyOf, sqliteDataSet, sqliteVersion } from './sqlite-data-set.ts'

/** @param folder an empty one for copies; it is removed at the end */
export function sqliteEngine(folder: string, say: (text: string) => void): EngineUnderTest {
  const dataSet = (rows: number) => sqliteDataSet(rows, say)
  return {
    name: 'sqlite',
    title: `SQLite ${sqliteVersion()}`,
    dataSet: async rows => `sqlite:${await dataSet(rows)}`,
    copy: async rows => `sqlite:${copyOf(await dataSet(rows), folder)}`,
    apart: async rows => ({
      url: `sqlite:${copyOf(await dataSet(rows), folder)}`,
      pause: () => undefined,
      resume: () => undefined,
      close: async () => undefined
    }),
    plainCopy: async rows => `sqlite:${plainCopyOf(await dataSet(rows), folder)}`,
    floorScript: 'sqlite-floor.ts',
    close: async () => rmSync(folder, { recursive: true, force: true })
  }
}
