// The Function App on Flex Consumption. It holds no secret: every connection is an address and an identity.

metadata version = '0.1.0'

import { issuer, receiver, tagValues, verifierSignIn } from 'types.bicep'
import { deploymentsContainer, ed25519Seed, signingKey } from 'well-known-names.bicep'

param name string
param planName string
param location string
param tags tagValues
param identityName string
param identityClientId string

param inboxName string
param ledgerName string

@description('The account of handovers, where there is one.')
param handoversName string?

param runtimeName string
param vaultUri string

param logOrigin string

@description('Under which address others find the service; without it, the app\'s own.')
param serviceAddress string?

param keyOverlap string
param witnessPolicy string
param witnessFailOpen bool
param issuers issuer[]
param receivers receiver[]
param signIn verifierSignIn?

param maximumInstances int
param alwaysReadyInstances int
param httpConcurrency int

param subnetId string?

@description('The one Front Door whose requests are answered; without it, everybody\'s.')
param frontDoorName string?

param workspaceId string
param telemetryConnectionString string

var storageSuffix = environment().suffixes.storage

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource gateway 'Microsoft.Cdn/profiles@2024-09-01' existing = {
  name: frontDoorName ?? 'none'
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientCertEnabled: false
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      remoteDebuggingEnabled: false
      vnetRouteAllEnabled: subnetId != null
      ...(frontDoorName == null
        ? {}
        : {
            ipSecurityRestrictionsDefaultAction: 'Deny'
            ipSecurityRestrictions: [
              {
                name: 'front-door'
                priority: 100
                action: 'Allow'
                tag: 'ServiceTag'
                ipAddress: 'AzureFrontDoor.Backend'
                headers: { 'x-azure-fdid': [gateway.properties.frontDoorId] }
              }
            ]
          })
    }
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: 'https://${runtimeName}.blob.${storageSuffix}/${deploymentsContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyInstances > 0 ? [{ name: 'http', instanceCount: alwaysReadyInstances }] : []
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
  }

  resource noFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noScmPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: {
    AzureWebJobsStorage__accountName: runtimeName
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    // The page of the service is at the root, not that of the host.
    AzureWebJobsDisableHomepage: 'true'
    AZURE_CLIENT_ID: identityClientId

    Inbox__blobServiceUri: 'https://${inboxName}.blob.${storageSuffix}'
    // None where nobody takes packages.
    Handovers__blobServiceUri: handoversName == null ? '' : 'https://${handoversName}.blob.${storageSuffix}'
    Handovers__KeepDays: '30'
    Ledger__blobServiceUri: 'https://${ledgerName}.blob.${storageSuffix}'
    Ledger__queueServiceUri: 'https://${ledgerName}.queue.${storageSuffix}'
    Ledger__tableServiceUri: 'https://${ledgerName}.table.${storageSuffix}'
    Ledger__credential: 'managedidentity'
    Ledger__clientId: identityClientId

    Log__Origin: logOrigin
    Service__Address: serviceAddress ?? 'https://${app.properties.defaultHostName}'
    Signing__Mode: 'keyVault'
    Signing__VaultUri: vaultUri
    Signing__KeyName: signingKey
    Signing__SeedName: ed25519Seed
    Signing__Overlap: keyOverlap

    // Every line ends, also the last: one that does not may be cut short.
    Witnesses__Policy: empty(witnessPolicy)
      ? ''
      : '${join(map(filter(split(replace(witnessPolicy, ';', '\n'), '\n'), line => !empty(trim(line))), line => trim(line)), '\n')}\n'
    Witnesses__FailOpen: witnessFailOpen ? 'true' : 'false'

    Access__SignIn: signIn == null ? 'false' : 'true'
    Access__Issuers: string(toObject(
      issuers,
      issuer => issuer.id,
      issuer => map(issuer.principals, principal => principal.id)
    ))

    Access__Receivers: string(toObject(
      receivers,
      receiver => receiver.id,
      receiver => map(receiver.principals, principal => principal.id)
    ))

    // What one client address may ask for, and who says which that is: the platform's front end, or Front Door before it. Each
    // writes over what a client sent by that name. X-Forwarded-For would not do: the Functions host writes it anew.
    Limits__Burst: '20000'
    Limits__PerSecond: '2000'
    Limits__HandoverBurst: '30'
    Limits__HandoversPerMinute: '6'
    Limits__AddressHeader: frontDoorName == null ? 'CLIENT-IP' : 'X-Azure-SocketIP'

    // Not APPLICATIONINSIGHTS_CONNECTION_STRING: by that name the Functions host would find it too and record every
    // request's URL, and those hold the digests that verifiers ask about.
    Telemetry__ConnectionString: telemetryConnectionString
  }
}

// FunctionAppLogs only: AppServiceHTTPLogs would keep the URLs.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'FunctionAppLogs', enabled: true }]
  }
}

output hostName string = app.properties.defaultHostName
