// The way from Front Door to the app, made once both are there: each has to know the other's name.

metadata version = '0.1.0'

param frontDoorName string
param appHostName string

resource profile 'Microsoft.Cdn/profiles@2024-09-01' existing = {
  name: frontDoorName

  resource endpoint 'afdEndpoints' existing = {
    name: 'service'
  }
}

resource origins 'Microsoft.Cdn/profiles/originGroups@2024-09-01' = {
  parent: profile
  name: 'app'
  // One origin, so nothing to choose between, and no probes that would keep an idle app awake.
  properties: { loadBalancingSettings: { sampleSize: 4, successfulSamplesRequired: 3 } }

  resource app 'origins' = {
    name: 'app'
    properties: { hostName: appHostName, originHostHeader: appHostName, enforceCertificateNameCheck: true }
  }
}

resource route 'Microsoft.Cdn/profiles/afdEndpoints/routes@2024-09-01' = {
  parent: profile::endpoint
  name: 'app'
  dependsOn: [origins::app]
  properties: {
    originGroup: { id: origins.id }
    patternsToMatch: ['/*']
    supportedProtocols: ['Https']
    httpsRedirect: 'Disabled'
    forwardingProtocol: 'HttpsOnly'
    linkToDefaultDomain: 'Enabled'
  }
}
