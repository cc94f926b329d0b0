// Where telemetry goes, and where it goes on to. Nobody writes it with a key: both stores take Entra identities only.

metadata version = '0.1.0'

import { tagValues } from 'types.bicep'

param workspaceName string
param insightsName string
param location string
param tags tagValues
param retentionDays int

@description('The namespace with the event hub to which records go on, from where a SIEM takes them; null for none.')
param siemNamespaceId string?

param siemEventHub string?

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

// Holding no addresses of requests, these tables hold no digests; AzureDiagnostics is what the vault records of its keys.
resource export 'Microsoft.OperationalInsights/workspaces/dataExports@2025-02-01' = if (siemNamespaceId != null) {
  parent: workspace
  name: 'siem'
  properties: {
    enable: true
    tableNames: ['AppExceptions', 'AppMetrics', 'AppTraces', 'AzureDiagnostics', 'FunctionAppLogs']
    destination: {
      resourceId: siemNamespaceId!
      metaData: { eventHubName: siemEventHub! }
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
    // Addresses of those who verify are nobody's business.
    DisableIpMasking: false
  }
}

output workspaceId string = workspace.id
output connectionString string = insights.properties.ConnectionString
