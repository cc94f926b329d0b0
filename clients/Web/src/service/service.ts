// The service that the page comes from.

import { Service } from './http.js';

export { type FailureKind, maxBatch, maxReference, maxUploads, ServiceFailure, type UploadQuery } from './http.js';

export const service = new Service('');
