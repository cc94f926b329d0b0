// A client of what a generator makes of the API's description (./api, made by the test that compiles this): each answer has one
// type, and nothing has to be told by hand.

import type { operations } from './api';

type Answered<Responses> = Responses extends { 200: { content: infer Content } } | { 201: { content: infer Content } } ? Content[keyof Content] : never;
type Of<Name extends keyof operations> = Answered<operations[Name]['responses']>;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export const isWord: Same<Of<'receiptOfOne'>, string> = true;
export const isText: Same<Of<'getCheckpoint'>, string> = true;

export async function issuersOf(service: string, hex: string): Promise<string[]> {
  const verdict = (await (await fetch(`${service}/v1/verify/sha-256/${hex}`)).json()) as Of<'verifyOne'>;
  if (verdict.verdict === 'unknown') return [];
  // @ts-expect-error No verdict has this name: words are told apart.
  if (verdict.verdict === 'fine') return [];
  return verdict.results.map(({ issuer, verdict: own, since }) => `${own} since ${since}: ${issuer.legalName}`);
}

export async function many(service: string, question: NonNullable<operations['verifyMany']['requestBody']>['content']['application/json']): Promise<number> {
  const answer = (await (await fetch(`${service}/v1/verify`, { method: 'POST', body: JSON.stringify(question) })).json()) as Of<'verifyMany'>;
  return answer.results.filter(({ verdict }) => verdict === 'verified').length;
}

export const keys = (answer: Of<'listKeys'>): readonly string[] => answer.verifierKeys;
export const names = (answer: Of<'listIssuers'>): readonly string[] => answer.issuers.map(({ legalName }) => legalName);
export const upload = (answer: Of<'announceHandover'>): string => answer.upload;
export const acts = (answer: Of<'traceHandover'>): readonly string[] => answer.events.map(({ act }) => act);
