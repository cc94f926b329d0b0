// How blobs are served in the account of handovers: nothing outlives its deletion, and pages of the service may put packages and get
// them, where they have an address for it. By itself, because the page's address may be known only once the app is there.

metadata version = '0.1.0'

param name string

@description('The page\'s origin: https:// and a host.')
param pageOrigin string

resource handovers 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: name
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: handovers
  name: 'default'
  properties: {
    isVersioningEnabled: false
    changeFeed: { enabled: false }
    deleteRetentionPolicy: { enabled: false }
    containerDeleteRetentionPolicy: { enabled: false }
    restorePolicy: { enabled: false }
    cors: {
      corsRules: [
        {
          allowedOrigins: [pageOrigin]
          allowedMethods: ['GET', 'PUT']
          allowedHeaders: ['content-type', 'range', 'x-ms-blob-type', 'x-ms-version']
          exposedHeaders: ['content-length', 'content-range', 'etag', 'x-ms-error-code']
          maxAgeInSeconds: 600
        }
      ]
    }
  }
}
