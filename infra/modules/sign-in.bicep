// Built-in authentication of verifiers. Off unless asked for: a receipt is worth the same to whoever holds the document.

metadata version = '0.1.0'

import { verifierSignIn } from 'types.bicep'

param appName string
param signIn verifierSignIn?

// What monitors, witnesses and offline verifiers need stays open even where verification does not; so does the page, which
// holds nothing of anybody and leads to the sign-in; and what holders need, who are nobody's employees.
var openPaths = [
  '/'
  '/assets/*'
  '/health/live'
  '/health/ready'
  '/log/*'
  '/v1/handovers'
  '/v1/handovers/*'
  '/v1/keys'
  '/v1/receivers'
  '/v1/status'
  '/v1/statuslist'
  '/openapi/v1.json'
  '/docs'
]
var isRequired = signIn.?required ?? false
var clientId = signIn.?clientId ?? ''

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource authentication 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: signIn != null }
    httpSettings: { requireHttps: true }
    login: { tokenStore: { enabled: false } }
    globalValidation: {
      requireAuthentication: isRequired
      unauthenticatedClientAction: isRequired ? 'Return401' : 'AllowAnonymous'
      excludedPaths: isRequired ? openPaths : []
    }
    identityProviders: signIn == null
      ? {}
      : {
          azureActiveDirectory: {
            enabled: true
            registration: {
              clientId: clientId
              openIdIssuer: '${environment().authentication.loginEndpoint}${signIn.?tenantId ?? tenant().tenantId}/v2.0'
            }
            validation: { allowedAudiences: [clientId, 'api://${clientId}'] }
          }
        }
  }
}
