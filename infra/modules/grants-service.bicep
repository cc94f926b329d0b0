// What the service may do outside the ledger.

metadata version = '0.1.0'

import { issuer } from 'types.bicep'
import { answersContainer, ed25519Seed, signingKey } from 'well-known-names.bicep'
import { roleIds } from 'role-ids.bicep'

param inboxName string
param runtimeName string
param vaultName string
param insightsName string
param identityName string
param principalId string
param serviceRoleId string
param answersRoleId string
param issuers issuer[]

resource inbox 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: inboxName

  resource blobs 'blobServices' existing = {
    name: 'default'
  }
}

resource runtime 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: runtimeName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName

  resource key 'keys' existing = {
    name: signingKey
  }

  resource seed 'secrets' existing = {
    name: ed25519Seed
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource onInbox 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: inbox
  name: guid(inbox.id, identityName, 'service on the inbox')
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceRoleId)
    principalId: principalId
    principalType: 'ServicePrincipal'
    description: 'The service reads documents and answers'
  }
}

resource answers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [
  for issuer in issuers: {
    parent: inbox::blobs
    name: answersContainer(issuer.id)
  }
]

resource onAnswers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (issuer, i) in issuers: {
    scope: answers[i]
    name: guid(answers[i].id, identityName, 'service on answers')
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', answersRoleId)
      principalId: principalId
      principalType: 'ServicePrincipal'
      description: 'The service answers the issuer'
    }
  }
]

var hostRoles = [
  roleIds.storageBlobDataOwner
  roleIds.storageQueueDataContributor
  roleIds.storageTableDataContributor
]

resource onRuntime 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleId in hostRoles: {
    scope: runtime
    name: guid(runtime.id, identityName, roleId)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
      principalId: principalId
      principalType: 'ServicePrincipal'
      description: 'The Functions host owns its storage'
    }
  }
]

resource onKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault::key
  name: guid(vault::key.id, identityName, roleIds.keyVaultCryptoUser)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.keyVaultCryptoUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
    description: 'The service signs checkpoints'
  }
}

resource onSeed 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault::seed
  name: guid(vault::seed.id, identityName, roleIds.keyVaultSecretsUser)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.keyVaultSecretsUser)
    principalId: principalId
    principalType: 'ServicePrincipal'
    description: 'The service signs checkpoints for witnesses'
  }
}

resource onInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, identityName, roleIds.monitoringMetricsPublisher)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.monitoringMetricsPublisher
    )
    principalId: principalId
    principalType: 'ServicePrincipal'
    description: 'The service reports telemetry'
  }
}
