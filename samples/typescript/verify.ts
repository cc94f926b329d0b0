// Asks about a file, and has the answer proven: verify.ts SERVICE KEY FILE
// The key comes from the log's operator, by another way than the service.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { judgeAnswer, parseKeys } from '../../clients/Web/src/receipt';

const [service, key, file] = process.argv.slice(2) as [string, string, string];
const hex = createHash('sha256').update(readFileSync(file)).digest('hex');
const answer = await (await fetch(`${service}/v1/verify/sha-256/${hex}`)).json();
const read = async (path: string) => new Uint8Array(await (await fetch(`${service}/log/${path}`)).arrayBuffer());
const yardstick = { keys: await parseKeys([key]), seen: null, now: Date.now(), read };
const { verdict, fault, findings } = await judgeAnswer(answer, { algorithm: 'sha-256', hex }, yardstick);
console.log(verdict ? `${verdict} ${findings.map(({ issuer }) => issuer.legalName).join(', ')}` : `no answer: ${fault?.text}`);
process.exitCode = verdict === 'verified' ? 0 : 1;
