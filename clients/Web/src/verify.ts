// What `@truecopy/verify` is made of (see ../../Verify): the checks of the page, without the page. Nothing here or below may
// need a document, a window or storage of a browser.

export { hash } from './hashing/digests.js';
export { FormatError } from './log/bytes.js';
export type { Checkpoint } from './log/checkpoint.js';
export type { WitnessKey, WitnessKind } from './log/cosignature.js';
export { type NoteSignature, parseNote, type Signer, type SignedNote, type VerifierKey } from './log/note.js';
export { defaultMaxAge, maxPolicyLength, parsePolicy, type Policy, type PolicyGroup, type PolicyLog, type PolicyWitness, type Sighting, weigh, type Weighed } from './log/policy.js';
export type { ReadFile } from './log/tiles.js';
export { checkReceipt, openCheckpoint, type OpenedCheckpoint, parseKeys, type ReceiptCheck, type Step, type StepName } from './receipt/check.js';
export { type Algorithm, type Digest, formatDigest, parseDigest } from './receipt/digest.js';
export type { ActKind, Entry } from './receipt/entry.js';
export { parseReceipt, type Receipt, receiptExtension } from './receipt/receipt.js';
export type { Standing, Status, StatusProof } from './receipt/standing.js';
export type { Answer, Issuer, Keys, Result, StatusAnswer, Unproven, Verdict } from './service/answers.js';
export { type FailureKind, maxBatch, Service, ServiceFailure } from './service/http.js';
export { type Finding, judgeAnswer, type Judgement, verdictOf, type Yardstick } from './service/judge.js';
export { type Refreshed, Verifier } from './service/verifier.js';
export { type Current, currentOf, isRecent, verdictBy } from './status/current.js';
export { Kept, type Known } from './status/kept.js';
export { decodePages, encodePages, type Pages, rootOf } from './status/pages.js';
export { walkKeys, type KeysEntry, type Walk } from './trust/chain.js';
export type { Fault, FaultKind, Seen } from './trust/continuity.js';
export { Memory, type RememberedKeys, type RememberedPolicy, statusPlace, type Store } from './trust/memory.js';
export { type HeldPolicy, Oversight, type PolicyDoubt } from './trust/oversight.js';
export { type Doubt, type Held, Trust } from './trust/trust.js';
