// node pack.mjs RECIPIENT FOLDER PACKAGE: seals the files of a folder as the page does, in the order of names.txt.
import { readFileSync, writeFileSync } from 'node:fs'
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter, configure } from '@zip.js/zip.js'
import { Encrypter } from 'age-encryption'

const [recipient, folder, output] = process.argv.slice(2)
configure({ useWebWorkers: false })
const bytes = new Uint8ArrayWriter()
const zip = new ZipWriter(bytes, { level: 0, lastModDate: new Date('2026-11-26T12:00:00Z'), extendedTimestamp: false })
for (const name of readFileSync(`${folder}/names.txt`, 'utf8').split('\n')) await zip.add(name, new Uint8ArrayReader(readFileSync(`${folder}/${name}`)))
await zip.close()
const encrypter = new Encrypter()
encrypter.addRecipient(recipient)
writeFileSync(output, await encrypter.encrypt(await bytes.getData()))
