// The service that the page comes from.

import { Service } from './http.js';

export { type FailureKind, maxBatch, ServiceFailure } from './http.js';

export const service = new Service('');
