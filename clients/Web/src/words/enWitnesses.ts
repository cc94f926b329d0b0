// Who watches over the register, in words.

export const witnesses = {
  /** Before names and times. */
  seen: 'Seen by ',
  comma: ', ',
  nobody: 'Not witnessed: no independent witness is named for this register, so its operator alone vouches that everybody is shown the same.',
  /** In the log view: a line of a witness. */
  witness: 'witness',
  /** Whom a policy asks for. */
  needed: {
    title: 'Needed: ',
    nobody: 'nobody',
    all: ' and ',
    any: ' or ',
    some: (count: number, of: string) => `${count} of: ${of}`,
  },
  panel: {
    none: 'No witnesses are known: the operator alone vouches that the register shows everybody the same.',
    file: 'The witnesses that an answer needs are those of the policy file that you gave.',
    first: 'The witnesses that an answer needs were taken over from the register just now. Compare them once by another way; from now on any change is reported.',
    remembered: (since: string) => `This browser has known the witnesses that an answer needs since ${since}. Any change is reported.`,
    known: 'Witnesses known here',
    give: 'Use a policy file that you were given by a way that you trust',
    forget: 'Go on with the register’s own policy',
  },
  changedTitle: 'Warning: the register names other witnesses than before',
  changed: 'The register now shows another witness policy than the one that this browser knows. It is not believed by itself: answers count only if the known witnesses have seen them. Ask the operator by another way which policy is right.',
  accept: 'I have confirmed the new policy by another way: accept it',
  damagedTitle: 'Warning: the register’s witness policy cannot be read',
  damaged: 'Answers count only if the witnesses that this browser knows have seen them.',
  goneTitle: 'Warning: the register no longer says who watches over it',
  gone: 'This browser knows witnesses of this register, and the register now names none. Somebody may want to show you what nobody else is shown, so no answer counts until this is settled. Ask the operator by another way.',
  acceptGone: 'I have confirmed by another way that there are no witnesses any more: go on without',
  otherLogTitle: 'Warning: the witness policy is that of another register',
  otherLog: 'The policy that this browser holds names other logs than this register’s, so no answer counts.',
  offered: 'Named by the register now',
  facts: {
    seen: 'Seen by',
    nobody: 'nobody: no witness is named',
    policy: 'How the witness policy is known',
    sources: {
      file: 'given by the officer as a file',
      first: 'taken over from the register just now; compare it by another way',
      remembered: (since: string) => `known to this browser since ${since}`,
    },
  },
};
