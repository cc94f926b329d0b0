// The witness's Function App on Flex Consumption. It holds no secret: every connection is an address and an identity.

metadata version = '0.1.0'

import { tagValues } from 'types.bicep'
import { deploymentsContainer } from 'well-known-names.bicep'
import { roleIds } from 'role-ids.bicep'

param name string
param planName string
param location string
param tags tagValues
param identityName string
param identityClientId string
param principalId string
param stateName string
param runtimeName string
param vaultUri string
param insightsName string

param witnessName string
param mirrorName string?
param logs string[]

param workspaceId string
param telemetryConnectionString string

var storageSuffix = environment().suffixes.storage

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource runtime 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: runtimeName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

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
    description: 'The witness reports telemetry'
  }
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
  tags: union(tags, { 'azd-service-name': 'witness' })
  kind: 'functionapp,linux'
  dependsOn: [onRuntime, onInsights]
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientCertEnabled: false
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      remoteDebuggingEnabled: false
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
        // Requests hold a few kilobytes each, and two instances of a witness agree.
        instanceMemoryMB: 512
        maximumInstanceCount: 40
        triggers: { http: { perInstanceConcurrency: 16 } }
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
    AzureWebJobsDisableHomepage: 'true'
    AZURE_CLIENT_ID: identityClientId

    Storage__blobServiceUri: 'https://${stateName}.blob.${storageSuffix}'

    Witness__Name: witnessName
    Witness__Logs: join(logs, ';')
    Mirror__Name: mirrorName ?? ''
    Signing__Mode: 'keyVault'
    Signing__VaultUri: vaultUri

    Telemetry__ConnectionString: telemetryConnectionString
  }
}

resource hostLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'FunctionAppLogs', enabled: true }]
  }
}

output hostName string = app.properties.defaultHostName
