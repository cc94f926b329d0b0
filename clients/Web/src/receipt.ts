// The checks of the page by themselves, without the page: pure functions that need nothing but WebCrypto. The built page
// serves this module as /assets/receipt.js, under a name that stays, for whoever wants to call it, and the shared test
// vectors are run against it there.
//
// - `parseKeys(lines)`: verifier keys as the other functions take them.
// - `checkReceipt(bytes, digest, keys)`: whether a receipt proves an act on a document.
// - `judgeAnswer(answer, digest, { keys, seen, now, read })`: what an answer of `/v1/verify` is worth.
// - `walkKeys(known, announced, served)`: which keys are learned from the answer of `/v1/keys`.
// - `openCheckpoint(bytes, keys)`: a checkpoint that a known key of every kind signed; throws `FormatError`.
// - `goOn(seen, checkpoint, note, now, read)`: whether a log goes on from what was seen of it.
// - `parsePolicy(file)`: a policy (C2SP tlog-policy); `weigh(parseNote(bytes), policy, now)`: who has seen a checkpoint, and whether that is enough.
// - `visible(text)`: how text of others is shown.

export { FormatError } from './log/bytes';
export { extendsTree } from './log/consistency';
export { parseNote, signersOf } from './log/note';
export { parsePolicy, weigh } from './log/policy';
export { checkReceipt, openCheckpoint, parseKeys } from './receipt/check';
export { parseDigest } from './receipt/digest';
export { parseReceipt } from './receipt/receipt';
export { judgeAnswer } from './service/judge';
export { walkKeys } from './trust/chain';
export { clockFault, goOn, isFault } from './trust/continuity';
export { visible } from './view/foreign';
