import { englishWords, type Words } from './words.ts'
import { germanWords } from './words-german.ts'

/** Another language is another file, and an entry here. */
const wordsByLanguage = new Map([englishWords, germanWords].map(words => [words.language, words]))

/** The words for a reader, by the languages that they prefer; English when none of them is there. */
export function wordsFor(languages: readonly string[]): Words {
  const known = languages.flatMap(each => wordsByLanguage.get(each.split('-')[0]!.toLowerCase()) ?? [])
  return known[0] ?? englishWords
}
