// Why a package is not taken: each has words of its own.

export const refusals = [
  /** No age file, or no package in it. */
  'notSealed',
  /** Sealed to another key than the identity's. */
  'otherKey',
  /** Cut off, changed, or a zip that can be read in more than one way. */
  'damaged',
  'tooMany',
  'noConsent',
  'consentTooLong',
  'consentMalformed',
  /** A name that could lead out of the folder, or look like another. */
  'name',
  'duplicate',
  /** A file that no package has. */
  'foreignEntry',
  /** A document or receipt that the consent names, and that is not there. */
  'missing',
  /** One that is there, and that the consent does not name. */
  'unnamed',
  'receiptTooLong',
  /** Another length or digest than the consent states. */
  'altered',
  'otherReceiver',
  'otherLog',
  'otherHandover',
  /** The consent's end date is over. */
  'ended',
  'purpose',
  /** No document in it is one that stands. */
  'nothingStands',
  /** There is no room on this device, or none that the browser gives. */
  'noRoom',
  /** This page failed at it: nobody's package, the page's fault. */
  'broken',
] as const;
export type RefusalRule = (typeof refusals)[number];

/** A package is not taken, or cannot be made. */
export class PackageRefusal extends Error {
  constructor(
    readonly rule: RefusalRule,
    /** For whoever looks into it; not translated. */
    detail: string,
  ) {
    super(detail);
  }

  /** What stood in the way, whatever it was, so that it can be said. */
  static of(error: unknown): PackageRefusal {
    return error instanceof PackageRefusal ? error : new PackageRefusal('broken', String(error));
  }
}
