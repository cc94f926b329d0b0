// node unpack.mjs IDENTITY PACKAGE: prints the name of each file in a package, and its bytes in base64.
import { readFileSync } from 'node:fs'
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader, configure } from '@zip.js/zip.js'
import { Decrypter } from 'age-encryption'

const [identity, input] = process.argv.slice(2)
configure({ useWebWorkers: false })
const decrypter = new Decrypter()
decrypter.addIdentity(identity)
const zip = new ZipReader(new Uint8ArrayReader(await decrypter.decrypt(readFileSync(input))), { checkSignature: true, strict: true })
for (const entry of await zip.getEntries()) console.log(`${entry.filename} ${Buffer.from(await entry.getData(new Uint8ArrayWriter())).toString('base64')}`)
