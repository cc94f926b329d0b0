// Reads a Token Status List as a verifier of credentials does: read.mjs URI SERVICE NOW
// URI is what a credential would name; SERVICE is where that host is in a test, and NOW its time. Prints the claims, and every entry's status type.
import { createLocalJWKSet, jwtVerify } from 'jose';
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list';

const [uri, service, now] = process.argv.slice(2);
const answer = await fetch(new URL(new URL(uri).pathname, service), { headers: { accept: 'application/statuslist+jwt' } });
if (answer.status !== 200 || answer.headers.get('content-type') !== 'application/statuslist+jwt') throw new Error(`${answer.status} ${answer.headers.get('content-type')}`);
const token = await answer.text();
const keys = createLocalJWKSet(await (await fetch(new URL('/v1/keys', service))).json());
const { payload } = await jwtVerify(token, keys, { typ: 'statuslist+jwt', subject: uri, algorithms: ['ES256'], currentDate: new Date(now) });
const { iat, exp, ttl } = payload;
console.log(JSON.stringify({ iat, exp, ttl, statuses: getListFromStatusListJWT(token).statusList }));
