// Asks about a file, and has the answer proven: verify.js SERVICE KEY FILE
// The key comes from the log's operator, by another way than the service.
import { createReadStream } from 'node:fs';
import { hash, Verifier } from '@truecopy/verify';

const [service, key, file] = process.argv.slice(2) as [string, string, string];
const verifier = await Verifier.open(service, key);
const digests = await hash(createReadStream(file), 'sha-256');
const [answer] = await verifier.verify(digests);
if (answer?.verdict) console.log(answer.verdict, answer.findings.map(({ issuer }) => issuer.legalName).join(', '));
else console.log(`no answer: ${answer?.fault?.text}`);
process.exitCode = answer?.verdict === 'verified' ? 0 : 1;
