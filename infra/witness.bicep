// A witness of transparency logs, whole: one resource group of another institution than the log's, in one pass.

targetScope = 'subscription'

metadata version = '0.1.0'

import { storageSettings } from 'modules/types.bicep'

@description('Names the environment; azd asks for it.')
@minLength(1)
@maxLength(64)
param environmentName string

@minLength(1)
param location string

@description('The witness\'s name, which stands in every cosignature and can never change: by convention an address without its scheme.')
@minLength(3)
@maxLength(255)
param witnessName string

@description('The name of the mirror beside it, which is another one; null for no mirror.')
@minLength(3)
@maxLength(255)
param mirrorName string?

@description('The logs, as lines of a policy file: "log KEY", or "log KEY URL" where the log is mirrored too. A log with two keys has two lines.')
@minLength(1)
param logs string[]

param storage storageSettings

@description('Days for which deleted blobs can be brought back.')
@minValue(1)
@maxValue(365)
param softDeleteDays int = 30

@description('Days for which steps and evidence can be neither changed nor deleted.')
@minValue(1)
@maxValue(146000)
param writeOnceDays int

@description('True once those policies have been locked by hand, since they cannot be written again then.')
param writeOnceIsLocked bool = false

@description('Days for which logs and metrics are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

param alertEmails string[] = []

// 244 random bits for each seed, used at the first deployment only.
@secure()
param seed0High string = newGuid()
@secure()
param seed0Low string = newGuid()
@secure()
param seed1High string = newGuid()
@secure()
param seed1Low string = newGuid()
@secure()
param seed2High string = newGuid()
@secure()
param seed2Low string = newGuid()
@secure()
param seed3High string = newGuid()
@secure()
param seed3Low string = newGuid()

var token = uniqueString(subscription().id, environmentName, location, 'witness')
var tags = { 'azd-env-name': environmentName, application: 'TrueCopy witness' }
var names = {
  state: 'state${token}'
  runtime: 'runtime${token}'
  vault: 'kv-${token}'
  identity: 'id-${token}'
  plan: 'plan-${token}'
  app: 'func-${token}'
  workspace: 'log-${token}'
  insights: 'appi-${token}'
}

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: names.identity, location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    retentionDays: logRetentionDays
  }
}

module state 'modules/witness-state.bicep' = {
  scope: group
  params: {
    name: names.state
    location: location
    tags: tags
    settings: storage
    softDeleteDays: softDeleteDays
    writeOnceDays: writeOnceDays
    writeOnceIsLocked: writeOnceIsLocked
    identityName: names.identity
    principalId: identity.outputs.principalId
  }
}

module runtime 'modules/runtime.bicep' = {
  scope: group
  params: {
    name: names.runtime
    location: location
    tags: tags
    settings: storage
    publicNetworkAccess: 'Enabled'
  }
}

module vault 'modules/witness-vault.bicep' = {
  scope: group
  params: {
    name: names.vault
    location: location
    tags: tags
    seedValues: {
      'witness-ed25519-seed': replace('${seed0High}${seed0Low}', '-', '')
      'witness-mldsa44-seed': replace('${seed1High}${seed1Low}', '-', '')
      'mirror-ed25519-seed': replace('${seed2High}${seed2Low}', '-', '')
      'mirror-mldsa44-seed': replace('${seed3High}${seed3Low}', '-', '')
    }
    identityName: names.identity
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module app 'modules/witness-app.bicep' = {
  scope: group
  // The app starts when it may do what it has to do.
  dependsOn: [state, runtime]
  params: {
    name: names.app
    planName: names.plan
    location: location
    tags: tags
    identityName: names.identity
    identityClientId: identity.outputs.clientId
    principalId: identity.outputs.principalId
    stateName: names.state
    runtimeName: names.runtime
    vaultUri: vault.outputs.uri
    insightsName: names.insights
    witnessName: witnessName
    mirrorName: mirrorName
    logs: logs
    workspaceId: monitoring.outputs.workspaceId
    telemetryConnectionString: monitoring.outputs.connectionString
  }
}

module alerts 'modules/witness-alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    emails: alertEmails
    workspaceId: monitoring.outputs.workspaceId
  }
}

output RESOURCE_GROUP string = group.name
output FUNCTION_APP_NAME string = names.app
output WITNESS_URL string = 'https://${app.outputs.hostName}'
output KEY_VAULT_NAME string = names.vault
